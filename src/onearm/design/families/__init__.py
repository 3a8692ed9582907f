"""Constructors of designs, one file a family: thin over the kernels of `onearm.stats`."""
