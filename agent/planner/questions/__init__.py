"""Questions in plain words to typed plans, without a model."""
