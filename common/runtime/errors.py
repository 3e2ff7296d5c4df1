"""The one exception for trouble that the person at the keyboard can put right."""


class OperatorError(Exception):
    """One sentence that says what is wrong and what to do; the command line ends with exit code 2."""
