"""``python -m onearm``."""

from onearm.cli.main import command

if __name__ == "__main__":
    command()
