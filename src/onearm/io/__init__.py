"""Files: a trial folder in, a folder of results out."""
