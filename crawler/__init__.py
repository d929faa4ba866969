"""whosdown: is it me, is it them, or is it their upstream?"""

__version__ = "0.1.0"
