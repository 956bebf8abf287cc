"""Accepted risks: kept with who, why and until when; each change a row of the audit trail."""
