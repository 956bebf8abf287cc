"""Threat intelligence: which vulnerabilities are exploited (CISA KEV) and how likely the others are (FIRST EPSS)."""
