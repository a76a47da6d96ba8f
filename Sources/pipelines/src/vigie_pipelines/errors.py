"""What can go wrong in a way that the user can mend."""


class PipelineError(Exception):
    """A failure whose message says what happened and what to do; no traceback is worth showing."""


class DataNotFoundError(PipelineError):
    """A data set's file is not on this machine; the message says how to get it."""
