"""The built-in planner: a chat model without weights.

It reads posture language (`words`, `concepts`, `understand`), decides on the same tools that a model would call
(`decide`), and phrases what they gave (`phrase`). What it cannot read it says, with what it can do instead.
"""
