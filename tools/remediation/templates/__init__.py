"""One template per finding kind, found by the scanner's rule or by the kind."""
