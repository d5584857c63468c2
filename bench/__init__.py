"""Measurements that anyone can run again: `make bench`, or one of them: `python -m bench door`."""
