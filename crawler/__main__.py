"""`python -m crawler` is the command `whosdown`."""

from crawler.cli import main

main()
