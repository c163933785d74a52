"""`python -m comity.cli`."""

import sys

from comity.cli import main

sys.exit(main())
