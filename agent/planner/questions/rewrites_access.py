"""Idioms of identities, keys and Kubernetes put into the words that the lists know: "unused for 90 days", "cluster roles", "guests"."""

# ruff: noqa: E501 (a pattern is easier to read in one piece)

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

_SPAN: Final = r"(?:(?:the|a|more than|over|at least|longer than|about) )*(?:(?:last|past|previous) )?(?P<span>(?:\d+|an?|one|two|three|six|nine|twelve|thirty|sixty|ninety|hundred) ?(?:days?|weeks?|months?|years?|quarters?|d|w|h|hours?)|(?:day|week|month|quarter|year)\b)"
_FOR: Final = r"(?:for|since|in|within|during|over)"
_NOT: Final = r"(?:not|never|haven't|hasn't|weren't|wasn't|aren't|isn't|didn't|don't)"
_KEYS: Final = r"(?P<keys>(?:access|service account|user[- ]managed|sa) keys?)"
_ROLE: Final = r"(?:roles/)?(?:owner|editor|viewer|browser|[a-z]+\.[a-z]+)"
_SERVICE: Final = r"(?:ec2|lambda|codebuild|codepipeline|codedeploy|eks|ecs|ecs-tasks|glue|sagemaker|cloudformation|events|states|ssm|s3|rds|batch|firehose|apigateway|backup|config|cloudtrail)"
_RUN: Final = re.compile(
    r"\b(?:pods?|deployments?|workloads?|containers?|daemonsets?|statefulsets?|(?:kubernetes|k8s) (?:assets|resources|services?|service accounts?|secrets?|roles?|nodes?|deployments?|pods?)|service accounts?|namespaces?)\b"
)


def _granted(match: re.Match[str]) -> str:
    roles = [role.removeprefix("roles/") for role in re.findall(_ROLE, match["role"])]
    return f"members of bindings with role {' or '.join(f'roles/{role}' for role in roles)} in google cloud projects"


def _staged(match: re.Match[str]) -> str:
    """What runs in clusters of a stage is of that stage itself; clusters by themselves stay."""
    return f"in {match['stage']}" if _RUN.search(match.string[: match.start()]) else match[0]


def _by_cluster(match: re.Match[str]) -> str:
    return f"{match['by']} cluster name" if _RUN.search(match.string) else match[0]


_BUILT_IN: Final = r"(?P<role>owner|contributor|reader|user access administrator)"
# https://learn.microsoft.com/azure/role-based-access-control/built-in-roles
_AZURE_ROLES: Final = {
    "owner": "8e3af657-a8ff-443c-a75c-2fe8c4bcb635", "contributor": "b24988ac-6180-42a0-ab88-20f7382dd24c",
    "reader": "acdd72a7-3385-48ef-bd42-f606fba81ae7", "user access administrator": "18d7d88d-d35e-4fb5-a5c3-7773c20a72d9",
}  # fmt: skip


def _assigned(match: re.Match[str]) -> str:
    return f'role assignments whose role definition id contains "{_AZURE_ROLES[match["role"]]}"'


def _passing(match: re.Match[str]) -> str:
    return f"{match['w'] or 'roles'} with permission iam:passrole" if match["w"] else "who may iam:passrole"


_API_NAME: Final = r"(?:(?:kubernetes|k8s|cluster|public) )?(?:api(?:[ -]?servers?)?(?: endpoints?)?|control planes?(?: endpoints?)?|endpoints?|masters?)"
_API_WORD: Final = rf"(?:(?:that|which) )?(?:expos(?:e|es|ing)|publish(?:es|ing)?|open(?:s|ing)?|mak(?:e|es|ing)) (?:their|its|the|a) {_API_NAME}"
_OPENLY: Final = r"public(?:ly (?:accessible|reachable|available|exposed|open))?|(?:exposed|open|reachable|accessible|available) (?:to|from|on|over) (?:the )?(?:internet|public|world|anywhere)|exposed"
_REWRITES: Final[tuple[tuple[re.Pattern[str], str | Callable[[re.Match[str]], str]], ...]] = tuple(
    (re.compile(pattern), words)
    for pattern, words in (
        (r"\b(users?|guests?|groups?) (?:in|of|from) (?:the |our )?(?:microsoft )?entra(?: id)?(?: directory)?\b", r"azure ad \1"),
        (r"\b(?:microsoft )?entra(?: id)?(?: directory)? (users?|guests?|groups?)\b", r"azure ad \1"),
        (r"\b(?:eks|aks|gke|cluster|kubernetes|k8s) (?:worker )?nodes?\b(?! (?:groups?|pools?|role|configs?))", "kubernetes nodes"),
        (r"\b(postgres(?:ql)?|mysql|mariadb|aurora|mssql) (?:db )?(?:servers?|instances?)\b(?! open)", r"\1 databases"),
        # keys are rotated by making new ones, secrets by changing their value
        (rf"\b{_KEYS},? (?:(?:that|which|were|was|are|is|have|has|had|did|been) )*{_NOT} (?:been |being |got )*(?:rotated|renewed|rotating) {_FOR} {_SPAN}", r"\g<keys> older than \g<span>"),
        (rf"\b{_KEYS} (?:without|with no) (?:a )?rotation {_FOR} {_SPAN}", r"\g<keys> older than \g<span>"),
        (rf"\b(?P<what>secrets?\b[^.?;]{{0,50}}?) {_NOT} (?:been |being |got |yet )*(?:rotated|renewed) {_FOR} {_SPAN}", r"\g<what> not changed in the last \g<span>"),
        (r"\b(?P<what>secrets?\b[^.?;]{0,50}?) (?:last )?rotated (?=(?:more than|over|before|longer than)\b)", r"\g<what> last changed "),
        (rf"\b(?P<what>secrets?) older than (?={_SPAN})", r"\g<what> last changed more than "),
        # what was not done for so long was not done in that time
        (rf"\b(?P<n>{_NOT}) (?P<been>been )?(?P<did>used|assumed|accessed|exercised|active|changed|rotated|updated|modified) (?:for|since) {_SPAN}", r"\g<n> \g<did> in the last \g<span>"),
        (rf"\b(?:unused|idle|dormant|inactive) {_FOR} {_SPAN}", r"not used in the last \g<span>"),
        (rf"\((?:no|without) (?:use|usage|activity) {_FOR} {_SPAN}\)", r"not used in the last \g<span>"),
        (rf"\b(?:with no|without|no) (?:use|usage|recent use) {_FOR} {_SPAN}", r"not used in the last \g<span>"),
        # permissions and their use
        (r"\b(?:for which|where|whose) (?:the )?ciem (?:data )?(?:has|shows|knows|records|lists) no last access(?: time)? (?:on|for|of) any of (?:their|its|the) permissions?\b", "where no permission was ever used"),
        (r"\b(?:none|not one|not a single one) of (?:whose|their|its) permissions? (?:was|were|is|are|has been|have been) (?:ever )?used\b", "where no permission was ever used"),
        (r"\b(?:that |which |who )?(?:have |has )?(?:never used any|used none|use none|not used any|never exercised any) of (?:their|its) permissions?\b", "where no permission was ever used"),
        (r"\blast acc?ess(?:ed)?,? \(ciem\)", "ciem permissions last access"),
        (r"\b(?:according to|in|from|per) (?:the )?ciem(?: data)?\b(?! permission)", "in ciem permissions"),
        (r"\bnever (?:been )?used,? or (?=(?:not|unused|never) )", ""),
        (r"\b(?:without|with no|lacking) (?:any |a single )?(?:recorded |known |logged |registered )?(?:use|usage|activity|access) of (?:any of )?(?:their|its) permissions?\b", "where no permission was ever used"),
        (r"\b(?P<k>(?:user[- ]managed|service account) keys?),? (?:(?:that|which) )?(?:(?:was|were|is|are) )?created (?:more than |over |at least )?(?P<n>\d+ (?:days?|weeks?|months?|years?)) (?:ago|or more ago|back)\b", r"\g<k> older than \g<n>"),
        # built-in roles of Azure have the same id everywhere
        (rf"\b(?:azure )?role assignments? (?:with|of|for|to|that grant|which grant|granting|that give|giving) (?:the )?(?:role )?{_BUILT_IN}(?: roles?| rights?)?\b(?! assignments?)", _assigned),
        (rf"\b{_BUILT_IN} role assignments?\b", _assigned),
        (rf"^\W*(?:which|what|who|list|show|all|the|please|give me|me) ?(?:(?:all|the|of|me|which|principals?|identities|accounts?|users?|groups?|people|guests?|and|azure) )*(?:(?:that|who|which) )?(?:has|have|hold|holds|with|are|is|got|granted) (?:the |a |an )*{_BUILT_IN}(?: (?:roles?|permissions?|rights?|access))? (?:on|in|at|of|for|to|over) (?:the |our |my |an? |any |all |each )*(?:azure )?(?:subscriptions?|management groups?|resource groups?|azure)\b", _assigned),
        # who may hand a role on
        (r"^\W*(?:which|what|who|list|show|all|the) ?(?:(?:all|the|of|me|which|who) )*(?P<w>roles?|users?|identities|principals?|policies)? ?(?:(?:that|who|which) )?(?:can|may|could|(?:are|is) (?:allowed|able|permitted) to|allow) (?:iam:)?pass(?:ing)?(?: ?(?:a |any |other )?roles?|role)?(?: to (?:an? |aws )*(?:services?|others?|instances?|functions?))?\W*$", _passing),
        # where clusters are reached
        (rf"\b{_API_WORD} (?:publicly|to (?:the )?(?:internet|public|world)|on the internet)\b", "with a public api endpoint"),
        (rf"\b(?:whose|where (?:the|their|its)|with the|with their) {_API_NAME} (?:is|are|being) (?:{_OPENLY})\b", "with a public api endpoint"),
        (rf"\b(?:whose|where (?:the|their|its)) {_API_NAME} (?:is|are) (?:private|not public|not exposed|internal(?: only)?)\b", "without a public api endpoint"),
        (r"\bpublic(?:ly (?:accessible|reachable|exposed))? (?:kubernetes |k8s )?(?:api[ -]?servers?|control planes?|masters?|kube ?apis?|apis?)\b(?! endpoints?| gateways?)(?=\W*$| (?:in|on|per|by|and|with)\b)", "public api endpoint"),
        # the root user of an account is one of its settings
        (r"\b(?P<a>(?:aws )?accounts?\b[^.?;]{0,40}?),? (?:on|for|of|at) (?:the |their |its |that )?(?:aws )?root(?: user| account| login)?s?\b", r"\g<a>"),
        (r"\b(?P<a>(?:aws )?accounts?),? (?:where|whose|in which|for which|with) (?:the |their |its |an? )?(?:aws )?root(?: user| account| login)?s? (?:with|has|have|having|lacks|lack|does|is|are|uses)\b", r"aws accounts with"),
        (r"\b(?P<a>(?:aws )?accounts?) (?:without|with no) root (?=mfa|access keys?)", r"aws accounts without "),
        (r"\b(?P<a>(?:aws )?accounts?) with root (?=mfa|access keys?)", r"aws accounts with "),
        (r"\baws accounts (?P<w>with|without) (?:an? |any )?access keys?\b", r"aws accounts \g<w> account access keys present"),
        (r"^(?P<lead>\W*(?:(?:list|show|give|me|all|our|the|any|are|there|do|we|have|which|find) )*)(?:aws )?root(?: user| account|'s)?s?(?: with| having)? (?:active |an active )?access keys?\b", r"\g<lead>aws accounts with account access keys present"),
        # who may do everything
        (r"\b(?P<a>allow|grant|permit)(?P<s>s|ing|ed)? (?:everything|anything|\*:\*|\* on \*|full access to everything)(?: \(?\s*actions? \*,?(?: and| on| with|/)? ?resources? \*\s*\)?)?", r"\g<a>\g<s> all actions on all resources"),
        (r"\b(?P<a>allow|grant|permit)(?P<s>s|ing|ed)? (?:every|any) action\b(?: \(\s*['\"]?\*['\"]?\s*\))?", r"\g<a>\g<s> all actions"),
        (r"\b(?P<all>all actions|all resources)\s*\(\s*['\"]?\*['\"]?\s*\)", r"\g<all>"),
        (r"\b(?:an? |the )?(?:external|third[- ]party|outside|foreign) (?:aws )?accounts?\b", "another account"),
        # the account that a machine runs as when nobody chose one
        (r"\b(?:(?:that|which) )?(?:use|uses|using|run with|runs with|running with|run as|runs as|running as|with|have|has|having|attached to|on) (?:the |a )?default (?:compute(?: engine)? |gce )?service accounts?\b", "with service accounts email containing -compute@developer"),
        # what is written into variables
        (r"\b(?P<w>with|in|whose|have|has|having) (?:their |its |the )?(?P<v>env(?:ironment)? variables?) (?:that |which )?(?:look like|looks like|resemble|contain|contains|containing|hold|holding|have|include|including|expose|exposing|leak|are) (?:an? |any |plain ?text |hard-?coded )?(?:secrets?|credentials?|passwords?)\b", "with secrets in environment variables"),
        (r"\baws accounts with (?:no|not) ", "aws accounts without "),
        (r"\bnever (?:been )?used (?:according to|in|per|by|as per) (?:the )?ciem(?: data| permissions)?\b", "where no permission was ever used"),
        (r"\b(?:that |which )?trust(?:s|ing)? (?:an? |any |the )?(?:oidc|saml|federated|external identity|web identity)(?: identity)? ?(?:providers?)?(?=\W|$)", "with a statement with federated principal"),
        # services that a role trusts, keys of users, policies on nobody
        (rf"\b(?:(?:that|which) )?(?:can |may |could |to )?be assum(?:ed|able) by (?:the )?(?:aws )?(?P<s>{_SERVICE})(?: services?)?(?=\W|$)", r"that trust \g<s>.amazonaws.com"),
        (rf"\b(?P<t>trust(?:s|ing)?) (?:the )?(?:aws )?(?P<s>{_SERVICE})(?: services?)?(?=\s+or\b|\s+and\b|\W*$)", r"\g<t> \g<s>.amazonaws.com"),
        (rf"(?<=\.amazonaws\.com) (?P<or>or|and) (?:the )?(?P<s>{_SERVICE})(?: services?)?(?=\W|$)", r" \g<or> \g<s>.amazonaws.com"),
        (r"\b(?P<u>(?:iam |aws )?users?\b[^.?;]{0,30}?) (?P<n>two|three|2|3|more than one|more than 1|several|multiple|active|inactive) (?P<a>active |inactive )?keys\b", r"\g<u> \g<n> \g<a>access keys"),
        (r"\b(?P<p>polic(?:y|ies)) (?:(?:that|which) (?:are|is) )?(?:attached to (?:nothing|nobody|no one|no identity)|not attached(?: to (?:anything|anybody|anyone|any \w+))?|unattached|without (?:any )?attachments?)(?: \(attachmentcount (?:=|is)? ?0\))?(?=\W|$)", r"\g<p> with attachment count 0"),
        # passwords
        (r"\b(?:whose|where the|with a) passwords? (?:was |were |is |has been |are )?(?:created|set|last set|changed|last changed)\b", "with login profile create date"),
        (r"\b(?:whose|with a) passwords? (?:is |are )?(?=older than\b)", "with login profile create date "),
        (r"\b(?:azure ad|entra(?: id)?|aad) accounts?\b", "azure ad users"),
        (r"\b(?:whose |where |in which |with )?(?:the |their |a )?password polic(?:y|ies) (?:that )?(?:allows?|requires?|accepts?|permits?|demands?|asks for|is|are|of|has|have|with)? ?(?:passwords? )?(?:a )?(?:minimum |min )?(?:length )?(?:of )?(?P<op>shorter than|less than|below|under|fewer than|more than|at least|at most|over) (?P<n>\d+)(?: characters?| chars?| letters?)?\b", r"with minimum password length \g<op> \g<n>"),
        (r"\b(?:allows?|accepts?|permits?|with|has|have) passwords? (?P<op>shorter|longer|less|more) than (?P<n>\d+)(?: characters?| chars?| letters?)?\b", r"with minimum password length \g<op> than \g<n>"),
        (r"\bwith with\b", "with"),
        (r"^\W*(?:for )?(?:every|each|all|per) (?:aws )?accounts?,? (?:does|do|show|list|what is|tell)(?: me)? (?:the |its |their )?(?:with minimum password length|password policy|minimum password length|password length)\b[^.?]*", "aws accounts and their minimum password length"),
        (r"\b(?P<a>(?:aws )?accounts?) (?=with minimum password length)", "aws accounts "),
        # keys of clouds
        (r"\bkms keys? (?:in|on|of|from) (?:gcp|google(?: cloud)?)\b", "gcp kms keys"),
        (r"^(?P<lead>\W*(?:(?:which|what|list|show|all|the|our|how many|of|number|count|give|me|find) )*)(?:customer[- ]managed|customer|cmk) (?:kms |encryption )?keys?\b", r"\g<lead>encryption keys"),
        (r"\b(?:using|with|on|via|that use|which use|still on) (?:vault )?access polic(?:y|ies)(?: permission model)?,? (?:instead of|rather than|and not|not) (?:azure )?rbac\b", "with rbac authorization off"),
        (r"\b(?P<n>without|not using|don't use|no) (?:azure )?rbac(?! auth)(?: permission model| enabled)?\b(?=.*$)", r"\g<n> rbac authorization"),
        # whatever is meant by a star
        (r"\bwild ?cards? (?P<what>verbs?|actions?|resources?|permissions?|principals?)\b", r"\g<what> *"),
        (r"\b(?:a )?wild ?cards? (?:as|in|among|for) (?:the |their |its )?(?P<what>verbs?|actions?|resources?|permissions?|principals?)\b", r"\g<what> *"),
        # who holds a role of a project
        (rf"^\W*(?:which|what|who|list|show|all|the|please|provide|a list of|give me|me|of) ?(?:(?:all|the|of|me|which|members?|principals?|identities|accounts?|users?|groups?|people|and) )*(?:(?:that|who|which) )?(?:has|have|hold|holds|with|are|is|got|granted|own) (?:the |a |an )*(?P<role>{_ROLE}(?:(?:,| or| and) {_ROLE})*)(?: roles?| permissions?| rights)? (?:on|in|at|of|for|to) (?:the |our |my |any |all |each )*(?:gcp|google(?: cloud)?)(?: projects?)?\b", _granted),
        (r"(?<=[\w] )(?:in|for|on|of|by) (?:each|every) (?P<cloud>gcp|aws|azure|google) (?P<what>accounts?|projects?|subscriptions?)\b", r"on \g<cloud> per \g<what>"),
        # Kubernetes
        (r"^.*\beks\b.*?\b(?:control[- ]plane )?log(?:ging)? types? (?:are |is )?(?:enabled|on|active|turned on|configured|switched on)\b[^a-z]*$", "cluster logging of eks clusters, one row each, with types and enabled"),
        (r"\bhost ?paths? mounts?\b", "hostpath volumes"),
        (r"\b(?P<s>(?:kubernetes|k8s) services?) (?:that are |which are )?(?:exposed |published |reachable |available )?(?:by|through|via|behind|with) (?:an? |the )?(?:external )?load ?balancers?\b", r"\g<s> of type loadbalancer"),
        (r"\bimages? (?P<by>per|by|for each|in each) (?:ecr |container |image )?(?:repo|repository)\b", r"images \g<by> repository name"),
        (r"(?<=namespace) and (?:k8s |kubernetes )?cluster\b(?! name)", " and cluster name"),
        (r"\b(?P<b>(?:kubernetes |k8s )?(?:cluster)?role ?bindings?) (?:that |which )?(?:reference|references|referencing|refer to|point to|pointing to|bind to|for|grant|granting|granted|give|giving|use|using|to) (?:the )?(?:(?:cluster ?)?role )?(?P<role>[\w:.-]+)(?: role)?(?=\W|$)", r"\g<b> with role ref name \g<role>"),
        (r"\b(?P<who>(?:kubernetes |k8s )?service accounts?|subjects?|users?|groups?|identities|who)(?: that| which)?(?: (?:are|is|have been|being))? (?:bound|mapped|granted) (?:to )?(?:the )?(?:cluster ?role )?(?P<role>cluster-admin|admin|edit|view|[\w:.]+-[\w:.-]+)(?: role)?(?=\W|$)", r"kubernetes role bindings with role ref name \g<role>, with their subjects"),
        (r"\b(?P<r>(?:kubernetes |k8s |rbac )(?:cluster ?)?roles?) (?:that |which )?(?:can|may|could|are allowed to|is allowed to|allow to|let) (?P<verb>create|delete|update|patch|watch|list|get|exec|impersonate|escalate|bind) (?:any |all |the )?(?P<what>[\w/]+)(?=\W|$)", r"\g<r> with verbs '\g<verb>' and resources '\g<what>'"),
        (r"\bin (?:the |our |all )*(?P<stage>production|prod|staging|development|dev|test) clusters?\b(?<!^)", _staged),
        (r"\b(?P<by>per|by|for each|in each|of each|for every|in every) (?:kubernetes |k8s )?cluster\b(?! name)", _by_cluster),
        (r"\b(?:that |which )?mount(?:s|ing|ed)? (?=(?:an? |any |the )?(?:host ?paths?|volumes?|secrets?)\b)", "with "),
        (r"\b(?:running|run|runs) (?:with|as|under) (?:the )?(?P<sa>service account)\b", r"with \g<sa> name"),
        (r"\b(?P<c>(?:eks|gke|aks|k8s|kubernetes)(?: clusters?)?|clusters?) (?:that (?:are|is) )?(?:reachable|accessible|open|exposed) (?:from|to|for) (?=0\.0\.0\.0/0)", r"\g<c> with public access cidrs "),
        (r"\b(?:kubernetes|k8s) (?:resources?|objects?)\b", "kubernetes assets"),
        (r"\bwhat lives in\b(?=.*\bnamespaces?\b)", "kubernetes assets in"),
        (r"\b(?:kubernetes |k8s |rbac )?(?:cluster ?role ?bindings?)\b", "kubernetes role bindings with kind clusterrolebinding"),
        (r"\b(?:kubernetes |k8s |rbac )?(?:cluster ?roles)\b(?! bindings?)", "kubernetes roles with kind clusterrole"),
        (r"(?<!kubernetes )(?<!k8s )\b(?P<s>services? (?:of|with) type (?:loadbalancer|nodeport|clusterip|externalname))\b", r"kubernetes \g<s>"),
        (r"(?<!kubernetes )(?<!k8s )\b(?P<t>loadbalancer|nodeport|clusterip)[ -]services?\b", r"kubernetes services of type \g<t>"),
        # people from outside
        (r"(?<!are )(?<!is )(?<!they )(?<!type )\b(?:azure ad |entra |entra id |aad |external )?guests\b(?! users?| accounts?)", "guest users"),
    )
)  # fmt: skip
_CONTAINERS: Final = re.compile(
    r"\b(?P<before>(?:privileged|root) )?containers\b(?! (?:images?|registr|repos?))"
)
_HARDENED: Final = re.compile(
    r"\b(?:privileged|root|limits?|requests?|read[- ]?only|writable|capabilit\w+|host ?paths?|host ?networks?|securitycontext|security context|escalation|probes?)\b"
)
_WORKLOADS: Final = re.compile(
    r"\b(?:pods?|deployments?|workloads?|daemonsets?|statefulsets?|images?|vulnerab\w*|cves?)\b"
)


def of_access(text: str) -> str:
    """A text in lower case with idioms of access in plainer words; what is quoted stays."""
    if '"' in text or "`" in text or re.search(r"(?<!\w)'[^']+'(?!\w)", text):
        return text
    for pattern, words in _REWRITES:
        text = pattern.sub(words, text)
    text = re.sub(r"\s{2,}", " ", text)
    if _CONTAINERS.search(text) and _HARDENED.search(text) and not _WORKLOADS.search(text):
        # how containers run stands in what starts them
        text = _CONTAINERS.sub(lambda m: f"deployments with {m['before'] or ''}containers", text, count=1)
    return text
