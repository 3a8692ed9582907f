"""onearm: a single-arm oncology trial, from its protocol to its paper."""
