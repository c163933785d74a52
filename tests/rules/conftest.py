"""What tests of the rules engine share."""

from __future__ import annotations

import sys
from pathlib import Path

# Tests are imported by path; what they share stands beside them.
sys.path.insert(0, str(Path(__file__).parent))
