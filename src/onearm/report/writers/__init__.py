"""Writers: a `Document` as a file of one format. Each is loaded when its format is asked for."""
