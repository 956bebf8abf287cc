"""Clusters of Kubernetes and what runs in them: nodes, pods and the like by the cluster that they are in."""

# ruff: noqa: E501 (a pattern is easier to read in one piece)

from __future__ import annotations

import re
from typing import Final

_NODES: Final = re.compile(
    r"(?<!kubernetes )(?<!k8s )(?<!worker )(?<![\w-])(?:cluster )?nodes\b(?! (?:pools?|groups?|config\w*))"
)
_IN: Final = r"(?:nodes|pods|deployments|services|workloads|namespaces|service accounts|secrets|containers|roles|role bindings|config ?maps)"
_CLUSTER: Final = r"(?:(?:kubernetes|k8s) )?clusters?"
_EACH: Final = re.compile(
    rf"\bhow many (?P<what>(?:[\w-]+ )?{_IN}) (?:(?:do|does|has|have|are|run|runs|live) )?(?:(?:in|on|running in|there in) )?(?:each|every)(?: of (?:our|the))? {_CLUSTER}\b(?: (?:has|have|runs?|contains?|got|there))?"
)
_OF: Final = re.compile(
    rf"\b(?P<lead>(?:number|count) of )(?P<what>(?:[\w-]+ )?{_IN}) (?:in|of|on|for) (?:each|every)(?: of (?:our|the))? {_CLUSTER}\b"
)


def of_clusters(text: str) -> str:
    """A text in lower case with such wordings in plainer words; what is quoted stays."""
    if '"' in text or "`" in text:
        return text
    text = _EACH.sub(r"number of \g<what> per cluster", text)
    text = _OF.sub(r"number of \g<what> per cluster", text)
    return _NODES.sub("kubernetes nodes", text)
