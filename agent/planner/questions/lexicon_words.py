"""Operators of questions: comparisons, negation, aggregates, grouping, ranking, connectors; and words without content."""

# ruff: noqa: E501 (word lists are easier to read in one piece)

from __future__ import annotations

from typing import Final

# comparisons: words -> operator
COMPARE: Final[dict[str, str]] = {
    "gt": "more than|over|above|greater than|higher than|bigger than|larger than|exceeding|exceed|greater|>|in excess of|upward of|beyond|longer than|bigger|worse than|newer than version|higher|after version|that exceed",
    "gte": "at least|no less than|not less than|minimum of|a minimum of|>=|≥|from at least|not below|greater than or equal to|or equal to|more than or equal to|no fewer than|equal or above",
    "lt": "less than|fewer than|under|below|lower than|smaller than|<|shorter than|beneath|smaller|older than version|lower|before version|better than",
    "lte": "at most|no more than|not more than|maximum of|a maximum of|<=|≤|up to|not above|less than or equal to|not over",
    "eq": "exactly|equal to|equal|=|==|set to|equals",
    "ne": "!=|<>|not equal to|different from|differs from",
    "contains": "containing|contain|include the word|with the word|including the word|mentioning|mention|including|include|like|matching|match",
    "starts": "starting with|start with|begin with|beginning with|prefixed with|with prefix|with the prefix|that start in",
    "ends": "ending in|ending with|end in|end with|with suffix|with the suffix",
}
AFTER: Final[dict[str, str]] = {
    "gte": "or more|or higher|or above|and above|and higher|and up|or greater|and more|or worse|or better|or later|or newer|plus|+|or over|and over|upward|or bigger|or larger|and worse|or longer",
    "lte": "or less|or lower|or below|and below|or fewer|and lower|and under|or under|or smaller|and less|or older|or earlier",
}
NOT: Final = (
    "not|no|non|never|without|except|except for|excluding|other than|apart from|aside from|outside|outside of|exclude|but not|and not|or not|isn't|aren't|"
    "wasn't|weren't|don't|doesn't|do not|does not|neither|nor|lacking|lack|missing|miss|besides|not including|all but|anything but|everything but|"
    "minus|omitting|ignoring|leaving out|leave out|skip|skipping|haven't|hasn't|have not|has not|did not|didn't|cannot|can't|unless|that lack|is not|are not|free of|"
    "don't have|doesn't have|have no|has no|with no|that have no|not having|with neither|don't carry|without any|with none|devoid of|zero|none|nobody|not a single|with zero|drop|free from|not have|not have any|not run|not belong|not belong to"
)
AND: Final = "vs|versus|compared to|compared with|and|as well as|plus also|&|and also|along with|together with|also|both|and that|while also|in addition to"
OR: Final = "or|/|either|and or|alternatively|or else"
BUT: Final = "but|yet|though|although|however|but also|whereas|while"
BY: Final = (
    "per|by|for each|for every|in each|in every|on each|on every|grouped by|group by|broken down by|break down by|split by|by each|of each|of every|across|"
    "each|every|from each|from every|for each combination of|breakdown by|breakdown per|distribution by|distribution over|distribution across|distributed over|distributed by|spread over|spread across|"
    "categorized by|categorised by|aggregated by|summarized by|summarised by|sorted into|separated by|bucketed by|organized by|organised by|over the different|"
    "down by|per each|by the|for the different|with each|within each|between|segmented by|in terms of|tallied by|totalled by|per combination of|by combination of|under each"
)
ORDER: Final = (
    "sorted by|sort by|ordered by|order by|ranked by|rank by|sorted on|in order of|sort them by|order them by|sort it by|sort these by|sorting by|arranged by|sort|sorted|"
    "order|in descending order of|by descending|by order of|rank them by|prioritized by|order these by|sort this by|sort those by|ranked on|ordering by"
)
DESC: Final = "descending|desc|highest first|largest first|most first|worst first|newest first|latest first|biggest first|most recent first|high to low|worst on top|reverse|decreasing|in descending order|worst team on top|from highest to lowest|most at the top|top to bottom|starting with the highest|starting with the worst|starting with the most|starting with the newest|most severe first|highest on top|biggest on top|most on top"
ASC: Final = "ascending|asc|lowest first|smallest first|oldest first|least first|earliest first|fewest first|low to high|alphabetically|alphabetical|increasing|in ascending order|from lowest to highest|starting with the oldest|starting with the lowest|longest open first"
AGGREGATES: Final[dict[str, str]] = {
    "count": "how many|number of|count of|count|total number of|the number of|amount of|tally of|how much|quantity of|total count of|tally|total of|counts of|overall number of|what number of|how large is the number of|number|a count of|total amount of|in total|totals of|how often|quantify|frequency of",
    "avg": "average|mean|on average|avg|the average",
    "median": "median",
    "sum": "total|sum of|sum|combined|total sum of|summed",
    "max": "max|maximum|highest value of|max value of|largest value of",
    "min": "min|minimum|lowest value of|min value of",
    "distinct": "distinct|different|unique|how many different|how many distinct|how many unique|number of different|number of distinct|number of unique|count of distinct|count of unique|count of different|distinct count of",
    "percent": "share of|percentage of|percent of|proportion of|what share of|what percentage of|what percent of|fraction of|ratio of|what proportion of|what fraction of|which share of|which percentage of|rate of|percentage|percent|%|share|proportion|what part of|fraction",
    "passed": "compliance rate|pass rate|passing rate|success rate|compliance percentage|rate of compliance|compliance score|percent compliant",
    "failed": "fail rate|failure rate|failing rate|non compliance rate|rate of failure",
}
RANK: Final[dict[str, str]] = {
    "common": "the most used|most used|the most commonly used|most commonly used|most often used|the most common|the most frequent|the most prevalent|the most widespread|the most popular|most popular|most common|most frequent|most prevalent|most widespread|commonest|most frequently seen|most often seen|most often found|most frequently found",
    "rare": "the least common|the least frequent|the least used|the rarest|the least popular|least common|rarest|least frequent|least used|least often used|least prevalent|least widespread|least often seen|least popular|most rarely used",
    "most": "most|the most|most active|busiest|most often|most frequently|highest number of|largest number of|greatest number of|biggest number of|highest count of|highest amount of|most number of|the highest number of|largest count of|maximum number of|worst affected by|most affected by|hit hardest by|hardest hit by|leading in|most often hit by|the largest number of|the greatest number of|most frequently affected by|plagued by the most|biggest share of",
    "fewest": "fewest|the fewest|least|lowest number of|smallest number of|the least|lowest count of|least number of|minimum number of|the lowest number of|the smallest number of",
    "latest": "latest|newest|most recent|most recently|last reported|freshest|youngest|recently|lastly",
    "oldest": "oldest|earliest|longest standing|longest open|longest outstanding|longest running|least recent|least recently|stalest|longest lived|open the longest|open longest|longest known|known the longest|longest existing",
    "highest": "the most severe|the most serious|the most dangerous|highest|largest|biggest|greatest|most severe|top scoring|max|riskiest|worst|most critical|severest|gravest|most serious|most dangerous|higher scoring|longest",
    "lowest": "lowest|smallest|least severe|least critical|shortest|mildest",
}
TOP: Final = "top|first|leading|head"
BINS: Final[dict[str, str]] = {
    "1h": "per hour|hourly|by hour|each hour|every hour|hour by hour|for each hour",
    "1d": "per day|daily|by day|each day|every day|day by day|a day|per calendar day|for each day|per date|by date|for every day",
    "1w": "per week|weekly|by week|each week|every week|week by week|week over week|for each week|a week|for every week",
    "1mo": "per month|monthly|by month|each month|every month|month by month|month over month|for each month|a month|for every month|per calendar month",
    "1y": "per year|yearly|annually|by year|each year",
    "auto": "trend|over time|trend of|history of|timeline|timeline of|development of|evolution of|trending|trend over time|time series|evolve|change over time|changed over time|developed|evolved|timeline for|how did|trend for|trend in|progression of|chart of",
}
WITH: Final = (
    "with|have|having|has|that have|which have|affected by|that has|carrying|carry|containing|suffering from|that suffer from|hit by|exhibiting|show|subject to|"
    "who have|who has|had|got|impacted by|that are affected by|vulnerable to|exposed to|flagged for|flagged with|reported with|that show|own|owning|bearing|that carry|for which there is|for which|where there is|use|using|that use|"
    "run on|running on|that run on|run|support|supporting|allow|allowing|that allow|with their|enforce|enforcing"
)
OF: Final = "of|on|in|for|at|from|belonging to|that belong to|belong to|affecting|that affect|against|about|to|attached to|located in|that sit on|under|hosted in|deployed in|living in|concerning|related to|relating to|found on|reported on|raised on|raised against|opened on|opened against|impacting|that impact|which affect|sitting in|residing in|placed in|that are in|which are in|that are on|inside|within|associated with|linked to|tied to|targeting|hitting|that hit|touching|around|into|detected on|seen on|reported for|through|via|over|stored in|deployed to|for our|held by|kept in|present on|installed on|present in|across all|across our"
TAGGED: Final = "tagged|tag|labelled|labeled|label|with tag|with the tag|with label|marked|tagged as|tagged with|classified as|carrying the tag|with a tag|carry a tag|marked as|with the label"
OWNED: Final = "owned by|own by|belonging to team|belonging to the|of team|team|managed by|maintained by|run by|operated by|in the hands of|that belong to|belong to|belonging to|of the team|responsibility of"
EMPTY: Final = "empty|missing|blank|unset|unknown|null|not set|undefined|not defined|absent|not present|not specified|not known|not given|n/a"
ON: Final = "enabled|on|active|activated|turned on|switched on|configured|set up|set|in place|true|yes|present|required|enforced|available|allowed"
OFF: Final = "disabled|off|inactive|deactivated|turned off|switched off|missing|false|unset|absent|not configured|not enabled|not set|not turned on|not active|unavailable|not available|not enforced|not required|suspended|turned down|isn't enabled|isn't on|not activated|not in place|not set up|not present|not allowed"
DIST: Final = "distribution|breakdown|split|histogram|spread|composition|mix|break down|distributed|make up|makeup|division|broken down"
ALL_OF: Final = "all|list all|every|any|all of|all the|each of|complete list of|full list of|entire"
# no content of their own
STOP: Final = frozenset(
    """a an the our my your their his its this that these those it they them we us i you me he she one ones is are was were be been being am do does did
doing done can could would should will shall may might must to please pls plz kindly show list give get find display fetch return tell provide want need like see look check up
which what who whom whose where when how there here hello hi hey thanks thank you dear team-wide so just really actually currently now right present exactly all any some such
also too very quite of for in on at by with from as into about out etc e.g i.e currently existing across altogether overall whole entire estate environment environments-wide
tenant inventory's data posture cloud-wide us ours ourselves everything's lets let let's me know if whether exist exists existing identify enumerate pull report reports-of name-of
retrieve query search looking interested wondering curious help could-you would-you id-like i'd i'll we'd what's where's who's there's that's it's they're we're i'm you're
have has had having got own owns us today's ok okay well then than each every both either only still yet already ever even again further more other others
set sets kind-of sort-of table overview breakdown summary summarize summarise please-list number's counts count's values-of value values results result-set rows row records record output
compute calculate determine write produce create-a draw plot chart graph make build generate compile prepare present-me run execute issue-a same company organization organisation
happen happened happening occur occurred occurring took take place taken go going use used using work works working operate operating host hosts-of hold holds held located sit sits
sitting live lives reside deployed deploy affected affect affects affecting hit concern concerning related relating regarding respect respective respectively combination combinations belongs belong
containing come comes coming along apiece namely fyi asap atm btw lookup look-up view details-of please. section tell-me show-me give-me i-need quick quickly release releases flavour flavor edition covered record records sort-of kind-of holding storing stores keeping processing handling gb gib gigabyte gigabytes compare comparison comparing fired triggered firing raised flagged-up detected-by registered carried carries present-in list-of set-of
reach state their's under per-se sure ask question questions answer include includes including included shown showing listed listing say says said think believe seem seems appears
attention right-now moment time times point kept keep keeps part parts whichever whatever somebody someone anyone me-the want-to like-to able possible possibly maybe perhaps needed
break installed entries entry sum-up amount total totals entirely fully particular specific specifically certain given mine different various several many much lot lots-of few bunch ones' those' names ids
""".split()
)
VAGUE: Final[dict[str, tuple[str, ...]]] = {
    "old": ("first seen more than 90 days ago", "not seen for more than 30 days"),
    "long running|long lived": ("created more than 90 days ago", "created more than 365 days ago"),
    "stale": ("not seen for more than 30 days", "first seen more than 90 days ago"),
    "ancient": ("first seen more than 90 days ago", "not seen for more than 30 days"),
    "aging": ("first seen more than 30 days ago", "first seen more than 90 days ago"),
    "ageing": ("first seen more than 30 days ago", "first seen more than 90 days ago"),
    "recent": ("first seen in the last 7 days", "first seen in the last 30 days"),
    "young": ("first seen in the last 7 days", "first seen in the last 30 days"),
    "fresh": ("first seen in the last 7 days", "first seen in the last 30 days"),
    "bad": ("with critical issues", "with critical or high issues"),
    "risky": ("with critical issues", "with critical or high issues"),
    "dangerous": ("with critical issues", "with critical or high issues"),
    "insecure": ("with any open issues", "with critical or high issues"),
    "unsafe": ("with any open issues", "with critical or high issues"),
    "vulnerable": ("with vulnerabilities", "with any open issues"),
    "problematic": ("with any open issues", "with critical or high issues"),
    "weak": ("with any open issues", "with critical or high issues"),
    "important": ("tagged tier-1", "with critical or high issues"),
    "sensitive": ("with classified data by their tags", "with critical or high issues"),
    "interesting": ("with critical or high issues", "first seen in the last 7 days"),
    "suspicious": ("with critical or high issues", "first seen in the last 7 days"),
    "urgent": ("with critical severity", "with critical or high severity"),
    "serious": ("with critical severity", "with critical or high severity"),
    "severe": ("with critical severity", "with critical or high severity"),
    "large": ("by size of the resource", "by number of open issues"),
    "big": ("by size of the resource", "by number of open issues"),
    "huge": ("by size of the resource", "by number of open issues"),
    "small": ("by size of the resource", "by number of open issues"),
    "expensive": (),
    "messy": ("with any open issues", "without an owner tag"),
    "critical asset|critical resource": ("with critical issues", "tagged with the highest criticality"),
}
