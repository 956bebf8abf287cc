"""What happened on and around one asset: alerts, traffic and changes on one timeline, and what they say."""
