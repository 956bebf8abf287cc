"""The checks that every draft passes before it is shown, each reported by itself."""
