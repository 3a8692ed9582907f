"""``python -m onearm``."""

from onearm.cli.main import run_main

if __name__ == "__main__":
    run_main()
