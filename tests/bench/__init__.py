"""`make bench`: how fast the real server answers, beside a floor measured in the same run (see `__main__`)."""
