"""Regions as people say them ("West Europe", "Frankfurt", "in the EU"), put as the codes that the tenant has.

Source of the codes and places: the public region lists of AWS, Azure and Google Cloud.
"""

# ruff: noqa: E501 (a table is easier to read in one piece)

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import cache
from typing import Final

from agent.planner.questions.estate import Estate
from agent.planner.questions.tokens import outside_quotes

# places to the codes of the regions that are there, as each cloud calls them
_PLACES: Final[dict[str, str]] = {
    "frankfurt": "eu-central-1 europe-west3 germanywestcentral", "ireland": "eu-west-1 northeurope",
    "dublin": "eu-west-1 northeurope", "london": "eu-west-2 europe-west2 uksouth",
    "paris": "eu-west-3 europe-west9 francecentral", "stockholm": "eu-north-1 swedencentral europe-north2",
    "sweden": "eu-north-1 swedencentral europe-north2", "milan": "eu-south-1 europe-west8 italynorth",
    "spain": "eu-south-2 spaincentral europe-southwest1", "madrid": "europe-southwest1 spaincentral",
    "zurich": "eu-central-2 europe-west6 switzerlandnorth", "belgium": "europe-west1 belgiumcentral",
    "netherlands": "europe-west4 westeurope", "the netherlands": "europe-west4 westeurope",
    "amsterdam": "westeurope europe-west4", "berlin": "europe-west10", "finland": "europe-north1",
    "warsaw": "europe-central2 polandcentral", "poland": "europe-central2 polandcentral",
    "germany": "eu-central-1 europe-west3 europe-west10 germanywestcentral germanynorth",
    "france": "eu-west-3 europe-west9 francecentral francesouth", "italy": "eu-south-1 europe-west8 italynorth",
    "switzerland": "eu-central-2 europe-west6 switzerlandnorth switzerlandwest",
    "norway": "norwayeast norwaywest", "uk": "eu-west-2 europe-west2 uksouth ukwest",
    "the uk": "eu-west-2 europe-west2 uksouth ukwest", "virginia": "us-east-1 us-east4 eastus eastus2",
    "n. virginia": "us-east-1 us-east4", "north virginia": "us-east-1 us-east4",
    "northern virginia": "us-east-1 us-east4", "ohio": "us-east-2 us-east5",
    "oregon": "us-west-2 us-west1", "california": "us-west-1 us-west2 westus",
    "n. california": "us-west-1", "northern california": "us-west-1", "iowa": "us-central1 centralus",
    "south carolina": "us-east1", "texas": "southcentralus us-south1", "los angeles": "us-west2",
    "las vegas": "us-west4", "montreal": "ca-central-1 northamerica-northeast1",
    "canada": "ca-central-1 ca-west-1 northamerica-northeast1 northamerica-northeast2 canadacentral canadaeast",
    "toronto": "northamerica-northeast2 canadacentral", "sao paulo": "sa-east-1 southamerica-east1 brazilsouth",
    "são paulo": "sa-east-1 southamerica-east1 brazilsouth", "brazil": "sa-east-1 southamerica-east1 brazilsouth",
    "tokyo": "ap-northeast-1 asia-northeast1 japaneast", "osaka": "ap-northeast-3 asia-northeast2 japanwest",
    "japan": "ap-northeast-1 ap-northeast-3 asia-northeast1 asia-northeast2 japaneast japanwest",
    "seoul": "ap-northeast-2 asia-northeast3 koreacentral", "singapore": "ap-southeast-1 asia-southeast1 southeastasia",
    "sydney": "ap-southeast-2 australia-southeast1 australiaeast",
    "australia": "ap-southeast-2 ap-southeast-4 australia-southeast1 australia-southeast2 australiaeast australiasoutheast",
    "mumbai": "ap-south-1 asia-south1 westindia", "hyderabad": "ap-south-2",
    "india": "ap-south-1 ap-south-2 asia-south1 asia-south2 centralindia southindia westindia",
    "hong kong": "ap-east-1 asia-east2 eastasia", "taiwan": "asia-east1", "jakarta": "ap-southeast-3 asia-southeast2",
    "bahrain": "me-south-1", "dubai": "me-central-1 uaenorth", "cape town": "af-south-1 southafricawest",
    "tel aviv": "il-central-1 me-west1", "johannesburg": "southafricanorth africa-south1",
}  # fmt: skip
_OUTSIDE_EU: Final = r"eu-west-2|eu-central-2|europe-west2|europe-west6|uk|switzerland|norway"
_EUROPE: Final = r"eu-|europe-|eu$|europe$|(?:north|west)europe|france|germany|italy|poland|spain|sweden|belgium|austria|denmark|finland"
# parts of the world to the codes that lie in them
_PARTS: Final[dict[str, str]] = {
    "europe": rf"(?:{_EUROPE}|uk|switzerland|norway)", "eu": rf"(?!{_OUTSIDE_EU})(?:{_EUROPE})",
    "european union": rf"(?!{_OUTSIDE_EU})(?:{_EUROPE})", "us": r"us-|us$|\w*us\d?$|usgov",
    "usa": r"us-|us$|\w*us\d?$|usgov", "united states": r"us-|us$|\w*us\d?$|usgov",
    "america": r"us-|us$|\w*us\d?$|ca-|canada|northamerica|sa-|southamerica|brazil",
    "north america": r"us-|us$|\w*us\d?$|ca-|canada|northamerica", "south america": r"sa-|southamerica|brazil",
    "asia": r"ap-(?!southeast-[24])|asia|\w*asia$|japan|korea|\w*india$",
    "asia pacific": r"ap-|asia|\w*asia$|japan|korea|\w*india$|australia", "apac": r"ap-|asia|\w*asia$|japan|korea|\w*india$|australia",
}  # fmt: skip
# Azure writes its regions without the blanks that people put between
_AZURE: Final = (
    "west europe|north europe|east us|east us 2|west us|west us 2|west us 3|central us|south central us|north central us|"
    "west central us|uk south|uk west|france central|germany west central|switzerland north|norway east|sweden central|"
    "poland central|italy north|spain central|southeast asia|south east asia|east asia|japan east|japan west|"
    "australia east|australia southeast|canada central|canada east|brazil south|central india|south india|west india|"
    "korea central|uae north|south africa north|qatar central|israel central"
).split("|")
# the parts of a code with blanks, or without its number: "us east 1", "us-east"
_AREA: Final = re.compile(
    r"(?<![\w./-])(?P<world>us|eu|ap|ca|sa|europe|asia|australia)[ -](?P<side>north|south|east|west|central|southeast|northeast|northwest|southwest)(?:[ -]?(?P<number>\d))?(?![\w-])(?:\s+regions?\b)?",
    re.IGNORECASE,
)


def with_regions(text: str, estate: Estate) -> str:
    """The text with spoken places of regions as codes; what is quoted, or a name of the tenant, stays.

    A place with several regions of the tenant becomes all of them; one without any becomes the first code of it, so
    that what is missing has a name.
    """
    return outside_quotes(text, lambda piece: _put(piece, estate))


def _put(text: str, estate: Estate) -> str:
    for pattern, codes in _patterns():

        def coded(match: re.Match[str], codes: Callable[[str], Iterable[str]] = codes) -> str:
            said = match["place"].lower()
            if said in estate.words.names or said in estate.words.tag_values or said in estate.words.accounts:
                return match.group(0)
            wanted = list(codes(said))
            here = [code for code in wanted if code in estate.words.regions]
            before, after = match.group(0)[: match.start("place") - match.start()], match["after"] or ""
            joined = here or wanted[:1]
            if len(joined) > 1 and re.search(r"outside|not|except|excluding|beyond", before, re.IGNORECASE):
                # none of them
                return " and ".join(f"not in {code}" for code in joined) + after
            return f"{before}{' or '.join(joined)}{after}"

        text = pattern.sub(coded, text)

    def area(match: re.Match[str]) -> str:
        start = f"{match['world']}-{match['side']}".lower()
        number = match["number"] or r"\d?"
        code = rf"{re.escape(start)}-?{number}|{re.escape(match['side'] + match['world'])}{number}"
        here = sorted(r for r in estate.words.regions if re.fullmatch(code, r, re.IGNORECASE))
        return " or ".join(here) if here and start not in estate.words.names else match.group(0)

    text = _AREA.sub(area, text)
    for said, pattern in _worlds():

        def within(match: re.Match[str], pattern: re.Pattern[str] = pattern) -> str:
            here = sorted(r for r in estate.words.regions if pattern.match(r))
            if not here:
                return match.group(0)
            if re.search(r"outside|not|except|excluding|beyond", match["lead"], re.IGNORECASE):
                return " and ".join(f"not in {code}" for code in here)
            return f"in {' or '.join(here)}"

        text = said.sub(within, text)
    return text


@cache
def _patterns() -> list[tuple[re.Pattern[str], Callable[[str], Iterable[str]]]]:
    lead = r"(?:\b(?:in|inside|within|outside(?: of)?|from|at|to|for|of|not in|except|region|location|or|and|nor)|,)\s+(?:(?:the|our|aws|azure|gcp|google)\s+)?(?:regions?\s+|location\s+)?"
    places = "|".join(re.escape(p) for p in sorted(_PLACES, key=len, reverse=True))
    azure = "|".join(re.escape(p) for p in sorted(_AZURE, key=len, reverse=True))
    after = r"(?P<after>\s+regions?\b)?"
    return [
        (re.compile(rf"(?P<place>(?<![\w-])(?:{azure})(?![\w-])){after}", re.IGNORECASE), _azure),
        (re.compile(rf"{lead}(?P<place>(?:{places})(?![\w-])){after}", re.IGNORECASE), _place),
    ]


def _azure(said: str) -> list[str]:
    return [said.replace(" ", "")]


def _place(said: str) -> list[str]:
    return _PLACES[said].split()


@cache
def _worlds() -> list[tuple[re.Pattern[str], re.Pattern[str]]]:
    lead = r"(?P<lead>\b(?:(?:not\s+)?(?:located |hosted |running |deployed |sitting |stored )?(?:in|inside|within)|outside(?: of)?|except in|excluding)\s+(?:any\s+|all\s+|our\s+)?)"
    found = []
    for said, codes in sorted(_PARTS.items(), key=lambda item: -len(item[0])):
        name = rf"(?:the\s+){said}" if said == "us" else rf"(?:the\s+)?{said}"
        whole = rf"{lead}(?:{name}(?:\s+regions?)?|(?:the\s+)?{said}\s+regions?)(?![\w-])"
        found.append((re.compile(whole, re.IGNORECASE), re.compile(codes)))
    return found
