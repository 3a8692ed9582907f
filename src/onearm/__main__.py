"""``python -m onearm``."""

import sys

from onearm.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
