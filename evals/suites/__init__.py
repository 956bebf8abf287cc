"""Suites, one module each."""
