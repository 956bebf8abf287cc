"""The attack graph: positions, steps with evidence, the paths through them."""
