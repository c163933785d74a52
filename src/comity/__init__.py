"""Comity: many voices, few commitments.

The engines (``comity.opinion``) can be used as libraries; ``comity VERB`` on the command line is a thin face over them.
The version below is the only place where it is written: the build, ``comity --version`` and the reports read it here.
"""

__version__ = "0.1.0"
