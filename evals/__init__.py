"""Evaluations and benchmarks: the figures in the README come from here and from nowhere else."""
