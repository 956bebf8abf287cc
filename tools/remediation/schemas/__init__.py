"""Provider schemas, reduced to names, types and flags (see NOTICE.md beside this file)."""
