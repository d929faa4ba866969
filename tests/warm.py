"""Imported into a process from which runs are forked, so that none has to load Apprise again."""

import warnings

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import apprise

    apprise.Apprise.instantiate("json://localhost")
