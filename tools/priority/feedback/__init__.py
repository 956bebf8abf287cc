"""What people say about scores, and new weights proposed from it. Nothing here activates anything by itself."""
