"""Ordinary words that restrict nothing: courtesy, occasions, people who ask, verbs of asking and of being somewhere. Data only.

Base forms; `english` knows their inflections. A word belongs here only if leaving it out never changes which rows are
meant: no negation ("deny"), no state of a resource ("orphaned"), no part of a company ("finance").
"""

# ruff: noqa: E501 (word lists are easier to read in one piece)

from __future__ import annotations

from typing import Final

ADVERBS: Final = frozenset(
    """about actually additionally admittedly again ahead almost already also altogether always anyhow anymore anyway anyways apparently
approximately around aside asap away basically besides briefly broadly carefully certainly clearly collectively commonly
completely concretely consequently conveniently correctly currently definitely deliberately desperately directly effectively else
elsewhere entirely especially essentially eventually evidently exactly explicitly extremely fairly finally firstly foremost formerly
forward frankly fully fundamentally furthermore generally genuinely gladly gratefully greatly hence henceforth hereby honestly hopefully however
ideally immediately importantly indeed individually informally initially instantly instead ironically jointly kindly largely lately
later literally loosely luckily mainly maybe meanwhile merely moreover mostly namely naturally nearby necessarily nevertheless
nicely nonetheless normally notably nowadays obviously occasionally oddly officially often once only openly ordinarily originally
otherwise overall particularly perhaps personally please positively possibly potentially practically precisely presently presumably
previously primarily principally probably promptly properly quickly quietly quite rapidly rather readily realistically really
reasonably regardless reliably respectfully respectively roughly sadly safely secondly seemingly seriously shortly
significantly similarly simply simultaneously slightly smoothly somehow sometime sometimes somewhat somewhere soon sooner specially
specifically straight straightaway strictly strongly subsequently successively suddenly supposedly surely technically temporarily
thereby therefore thirdly thoroughly though throughout thus tightly together tomorrow tonight totally truly typically
ultimately undoubtedly unfortunately urgently usefully usually vaguely verbally very virtually visibly well whatsoever whenever
wherever widely wonderfully worldwide yet seldomly alike apart aka anytime bit bits lil abit ofc obv""".split()
)
DISCOURSE: Final = frozenset(
    """ah aha ahoy alright amen aye bah bonjour btw bye cheers ciao cool cos coz cuz damn dang darn dear dude duh eh er erm ey fine folks
fwiw fyi gee geez gonna gosh gotta grand great greetings guys ha haha hallo heck hello hey heya hi hiya hm hmm hmmm hola huh hurray
idk iirc imho imo kinda lol lemme mate mhm mmm morning afternoon evening nah nope np ok okay okey ooh oh ooh oops ouch ow
phew please plis pleas pardon rofl sorry sorta sup thanks thx thnx tks tnx ta ty tia uh uhh um umm wanna welp wow ya yay yeah yep yes
yo yup excuse appreciate appreciated apologies apology bless cheers congrats regards rgds sincerely br kr bot assistant copilot
wtf omg y'all yall ya'll bro buddy pal sir madam ma'am mr mrs ms everyone everybody sb sth""".split()
)
VERBS: Final = frozenset(
    """accomplish acquaint advise agree aim anticipate apologize appear appreciate arrive ask assemble assess
assist assume be become befall begin believe belong bother bring care check clarify collect come comprise confirm
consider consist consult contain contemplate contribute cover cross-check curate dare deal decide deem demand depend derive describe desire
determine digest discuss dive do double-check dig draft draw elaborate encounter encompass enjoy ensure entail enumerate establish
estimate evaluate examine exist expect explain explore express extract face familiarize feed feel fetch figure fill find finish
focus follow-up forward gain gather generate get give glance glean go grab grant grasp guess handle happen have hear help highlight hold hope identify
illustrate imagine inform inquire enquire inspect intend interest introduce investigate involve itemise itemize judge justify keep keen know
lay learn let lie like linger list  live locate look love maintain make matter mean meet mention mind need note notice obtain occur
offer outline own participate peek persist pertain place plan please ponder possess prepare present presume prioritize prioritise proceed produce provide pull put
query question quantify quote read realize recall receive recommend reconcile refer reflect regard relate remain remember remind report
represent request require research reside respond retrieve return reveal review satisfy say see seek seem select serve show sit
situate skim sound speak spell spot stand start stay stick study suggest sum summarise summarize suppose surface take talk tell tend thank think
throw tick toss try understand uncover use utilise utilize verify view visualise visualize wait wanna want warrant watch
wish wonder work worry write wrap yield spend rely deliver craft compile count tally compute calculate concern need to know
came went got gave gone given took taken made done said seen saw told thought knew known found felt held kept left lay lain led let
meant met put ran sat sent shown spoke spoken stood stuck understood wrote written wore brought began begun became""".split()
)
NOUNS: Final = frozenset(
    """advance agenda answer appendix appetite ask assessment assignment attendee attention audience auditor aspect awareness back background ballpark
basis bigwig board boardroom boss briefing bunch ceo cfo cio ciso cto coo dpo cso chance chapter chart chat checklist
circumstance clarification clarity clue coffee colleague column comment comparison concern conclusion conference confidence context
convenience conversation copy coworker curiosity dashboard day deadline deal deck decision deliverable demo detail diagram difference discussion
 ease effect effort end endeavour episode evaluation evidence exact example excel exec executive exercise
experience explanation extent eye fact favour favor feedback feeling figure follow-up format fun future gap glance glimpse goal graph
grip handle handover hand headline heads-up help hint homework hour hurry idea illustration impression inquiry enquiry insight
instinct intention interest interview investigation job journey kickoff knowledge kpi landscape leadership leader look lunch
manager matter mean meeting memo message metric mind minute moment morning need news newbie newsletter night noon note
notice notion objective occasion offsite okr one-liner one-pager onboarding opinion opportunity order outline overview page paper
paperwork paragraph participant patience peek people perspective phone picture piece place plan pleasure point
postmortem powerpoint ppt preparation presentation press presence principle printout prio pro procedure proof pulse purpose q1 q2 q3 q4
qbr query question reader reality reason recap receipt record-keeping reference regard regulator reminder remark report
reporting request requirement research retro retrospective retrospect review rfp roadmap round rundown rush sake sanity scenario scheme screenshot section
sense session sheet show situation sitrep slide snag snippet spreadsheet sprint stakeholder standup start statement
statistic stat steering steerco committee story stuff subject sum summary suggestion supervisor sync table talk task teammate term
 thing thought thread tick time tip today tomorrow tonight topic town-hall townhall track training trouble truth turn
understanding update use view visibility visit visual visualisation visualization voice walkthrough way wednesday monday tuesday thursday friday saturday sunday
weekend weekly wish wonder word workday workshop worry write-up writeup xls xlsx csv
 consultant intern newcomer lawyer lawyers legal-team counsel sponsor line row cell bullet bullets breadth depth
byte bytes unit units eod eow cob eom""".split()
)
ADJECTIVES: Final = frozenset(
    """able above-mentioned accurate actual ad-hoc adhoc afraid aforementioned amazing annual apparent appropriate approximate awesome aware basic beautiful
bloody brief brilliant broad calm capable careful careless clear clever close closer comfortable compact complete comprehensive
concise concrete confused confusing convenient correct crisp crucial curious current damned darn decent delightful desperate detailed different
difficult diligent easy eager eligible entire eventual exact excellent exciting exhaustive existing extensive extra eye-catching fabulous fair familiar fancy fantastic
fast favorable fine final flat friendly full funny general glad good gentle grateful happy hard helpful honest hot ideal immediate
impatient impressive individual informative inquisitive instant intended interested keen kind lame latter likely long-awaited lovely main major meaningful mere
mighty much neat necessary next nice notable numerous nervous obvious odd ok only ordinary original overall own particular patient
perfect plain pleasant pleased poor possible potential practical precious precise preferable preferred preparatory pretty principal prior prompt proper purposeful quick rapid
ready real reasonable relevant reliable respective rough routine said same sensible separate short
significant silly simple single skilled slick smart snappy sole solid sorry specific splendid straightforward strange
suitable super sure surprised surprising swift systematic tentative terrible thankful thorough tidy tight tired total true
typical ultimate unclear understandable unsure upcoming useful usual valid valuable various wary weird well
whole willing wonderful wondrous worried worth worthwhile rough handy tabular flattened readable human-readable """.split()
)
FUNCTION: Final = frozenset(
    """a an the this that these those some any each every either such same another other others one ones own
i me my mine myself you your yours yourself he him his himself she her hers herself it its itself we us our ours ourselves they them
their theirs themselves who whom whose which what where when why how whatever whichever whoever
am is are was were be been being do does did doing done have has had having can could shall should will would may might must ought
let lets i'm i've i'd i'll you're you've you'd you'll he's she's it's we're we've we'd we'll they're they've they'd they'll that's
there's here's what's who's where's how's let's ain't
if whether because since although though while whilst unless until till than as so then thus hence therefore whereas wherein whereby
to of in on at by for with from into onto upon via per amid among amongst across along alongside around after before behind below
beneath beside besides between beyond despite during except inside like near off out outside over past regarding concerning respecting through
throughout toward towards under underneath unlike up versus within here there hither thither everywhere anywhere somewhere
also too very just only even still yet already ever much many more most few fewer less least several enough lots plenty both all half
first second third last next etc eg ie e.g i.e vs viz ish""".split()
)
