"""What is known of assets from outside their inventory record: flaws, data, business, activity, exceptions."""
