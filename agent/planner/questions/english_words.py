"""Ordinary English and words of the job, in base forms, so that they are not taken for names nor for slips. Data only.

Unlike `english_light`, these may restrict what is meant ("orphaned", "blue"): knowing one as English says only that it is
no name of the tenant.
"""

# ruff: noqa: E501 (word lists are easier to read in one piece)

from __future__ import annotations

from typing import Final

VERBS: Final = frozenset(
    """abandon abolish absorb abuse accelerate accept access accommodate accompany accumulate accuse achieve acquire act activate adapt adjust
administer admire admit adopt adore affect afford aggregate alarm align alter amend amount analyse analyze announce annoy annotate answer append
apply appoint approach approve archive argue arise arrange articulate assert assign associate attach attack attain attempt attend attract attribute audit
authenticate author authorize automate automount avoid award back backfill backup bake balance ban bear beat beg behave bend benchmark bet bid bind
bite blame bleed blend block blow board boast boil boot borrow bounce bound break breach breathe breed brew broadcast browse build bump burn burst
bury buy bypass cache calm cancel capture carry carve cast catch categorise categorize cause cease celebrate challenge change charge chase chat cheat
checkout choose circulate cite claim clash classify clean clear click climb cling clone close cluster coach code coincide collaborate collapse
collide combine comfort command commence comment commit communicate compare compel compete complain complete comply compose compound compress
compromise conceal concede conceive concentrate conclude conduct configure confine conflict conform confront confuse connect consent
conserve consolidate constitute constrain construct consume contact contest continue contract contradict contrast control convene convert
convey convince cook cool cooperate coordinate cope copy correct correlate correspond corrupt cost counter couple crash crawl create credit creep criticize
crop cross crowd crush cry cultivate curb cure cut cycle damage dance dangle date debate debug decay deceive decline decommission decorate decrease decrypt dedicate
deduct deduplicate deem deepen default defeat defend defer define defy degrade delay delegate delete deliver demonstrate denote deny depart depict
deploy deposit deprecate deprive descend deserve design designate destroy detach detect deteriorate develop deviate devise devote diagnose dictate
die differ differentiate digest diminish dip direct disable disagree disappear disappoint discard discharge disclose disconnect discourage discover
discriminate dislike dismiss dispatch display dispose dispute disrupt dissolve distinguish distort distribute disturb divert divide dodge dominate donate double doubt
download drag drain drift drill drink drive drop drown dump duplicate earn echo edit educate egress elect elevate eliminate embark embed embody embrace emerge
emit emphasise emphasize employ empower empty enable enact encode encourage encrypt end endanger endorse endure enforce engage enhance enlarge enlist enrich enrol enroll
enter entitle equip erase erode escalate escape evade evaporate evict evolve exaggerate exceed excel exchange exclude execute exempt exercise exhaust
exhibit expand expire exploit expose export extend facilitate fade fail fall falsify fasten favour favor fear feature federate fight file filter finance fire fit fix flag flash
flatten flee flip float flood flow fluctuate flush fly fold forbid force forecast forge forget forgive form formulate foster found frame free freeze
freight frighten frustrate fulfil fulfill function fund fuse gamble gate gauge gaze generalise govern grade graduate greet grind grip grow guarantee guard guide
hack halt hammer hang harass harden harm harvest hash hate haul haunt heal heat hesitate hibernate hide hijack hinder hire hit hook host house hunt
hurry hurt idle ignore impact impair impersonate implement imply import impose impress improve include incorporate increase incur index
indicate induce infect infer inflate influence infringe ingest ingress inherit inhibit initialise initialize initiate inject injure innovate
insert insist inspire install instruct insult insure integrate intensify interact intercept interfere interpret interrupt intervene introduce
invade invent invert invest invite invoke isolate issue jeopardise jeopardize join jump kick kill kneel knit knock label lack last laugh launch lead leak lean leap lease leave
lend lengthen level leverage license lift light limit link load loan lock log logon loop lose lower lurk mail mandate manage mandate manipulate manufacture map march mark
market marry mask master match mature maximise maximize measure mediate meltdown melt mend merge migrate minimise minimize mint mirror mislead miss misuse mitigate mix
mobilise model moderate modernise modify monitor motivate mount move multiply mute name narrow negate neglect negotiate neighbor nest nominate normalise normalize notify number obey
object obscure observe obstruct occupy offend offset omit onboard operate oppose opt optimise optimize orchestrate order organise organize orient originate orphan outgrow output outsource
outweigh overcome overflow overlap overlook override overrule oversee overwhelm overwrite owe pack paint pair park parse part pass paste patch pause pay peak
peer penetrate perceive perform permit phase phase-out pick pin ping pipe pitch pivot plague play plot plug point poison poll pool populate pose post postpone pour practice practise praise
preach precede predict prefer prescribe preserve press pressure pretend prevail prevent price print probe process procure profile profit program progress prohibit
project prolong promise promote prompt pronounce propagate propose prosecute protect protest prove provision prune publish punish purchase purge pursue push quarantine
quarrel queue quit race radiate rain raise range rank rate reach react reassure rebel reboot rebuild recertify recognise recognize reconsider record recover recruit
rectify recycle redeem redirect redesign reduce refine reform refrain refresh refund refuse refute regain register regret regulate reign reinforce reject rejoin
release relieve relocate remediate remove render renew rent reopen repair repeat replace replicate reply reproduce request rescue resemble reserve reset resist resize resolve resort
respect rest restart restore restrain restrict restructure result resume retain retire retreat retry reunite reuse revert revise revive revoke revolve reward rewrite rid ride
ring rip rise risk roam rob roll rotate route rub ruin rule run rush sample sanction sandbox save scale scan scare scatter schedule score scramble scrap scrape scratch scream screen script
scrutinise seal search seat secure seed segment segregate seize sell send sense separate sequence set settle sever shake shame shape share shadow shed shield shift shine ship
shock shoot shop shorten shout shrink shut sign signal silence simplify simulate sing sink skip slam sleep slice slide slip slow smash smell smile
smoke smuggle snap snoop soak sober soften solve sort span spare spark spawn specify speed spill spin split spoil sponsor spoof spray spread spring sprawl squeeze stab stabilise
stack staff stage stake stamp star stare starve state steal steer stem step stipulate stir stop store strain strand strengthen stress stretch strike strip
strive struggle style submit subscribe substitute subtract succeed suck sue suffer suffice supplement supply support suppress surf surge surpass surrender surround survey
survive suspect suspend sustain swallow swap swear sweep swell swim swing switch symbolise sync synchronise synchronize tackle tag tail tailor tamper tap target taste tax teach tear tease tempt
terminate terrify test testify thank thaw threaten thrive throttle tie tighten time tip tire title toggle tolerate touch tour trace track trade train transfer transform translate transmit
transport trap travel traverse treat tremble triage trigger trim triple troubleshoot trust tune tunnel turn tweak type undergo underlie undermine undertake undo unify unite unlock unpack unveil update upgrade uphold upload uproot
upset urge validate value vanish vary vary venture version veto vet violate visit void volunteer vote vow wake walk wander warm warn wash waste weaken wear weave weigh welcome
whisper widen win wind wipe wire withdraw withhold withstand witness worsen wound wreck wrestle zero zoom""".split()
)
NOUNS: Final = frozenset(
    """ability absence gig gigabyte meg megabyte terabyte deletion purge retirement abstract academy accent acceptance accident accommodation accord accountability accountant accounting accuracy achievement acquisition acre act action actor
adapter addition adjustment administration adult advantage adventure advertisement advice advisor advisory affair age agency agent aggregate agreement agriculture aid air
aircraft airport alarm album alcohol alert algorithm alias alliance allocation allowance allowlist alpha alternative amazement ambition amendment amount amusement
analogy analysis analyst anchor anger angle animal anniversary announcement annoyance anomaly answer anxiety apartment api apparatus appeal appearance appetite
appliance applicant application appointment approval apple architect architecture archive area arena argument arm army array arrest arrival arrow
art article artifact artist asset assumption assurance atmosphere attachment attack attacker attempt attendance attitude attraction attribute auction
author authority authorization autumn average award awareness axis baby back backbone backend backlog backup bag balance ball band bandwidth bank banking bar barrier base
baseline basement basket bastion batch bath battery battle beach bean bear bed bedroom beer behaviour behavior belief bell belt bench benchmark benefit
bet bias bicycle bill billing biology bird birth bit bitcoin blame blank blast blaster block blog blood blueprint board boat body bone bonus book boom boot booth border boss bottle bottleneck bottom
boundary bowl box boy brain brake branch brand bread break breakfast breach bridge brother browser brush budget bug builder building bunch burden bureau bus bush business buyer
cabin cabinet cable cache cake calculation calendar call caller camera camp campaign campus candidate cap capability capacity capital captain car carbon card care career cargo
carrier cash cast casualty cat catalog catalogue category cause caution celebration cell census center centre century ceremony certificate certification chain chair
chairman challenge chamber champion change channel chaos character characteristic charge charity charm charter chat check checkpoint cheese chef chemical chest chicken chief child
chip chocolate choice church cigarette cinema circle circuit citizen city civilian claim clarity class classic classroom clause client climate clock clone closet closure cloth
clothes clothing cloud club cluster coach coal coast coat code coffee coin cold collaboration collapse collar colleague collection college colony color colour column combination
comfort command comment commerce commission commitment commodity communication community company competence competition competitor complaint
complexity compliance complication component composition compound compromise computer concentration concept concert condition conduct conference
configuration confirmation conflict confusion congress connection connectivity conscience consensus consequence conservation console consortium constant
constraint construction consultant consumer consumption contact container content contest continent contract contractor contrast contribution contributor control controller
convention conversion conviction cooperation coordinator copyright core corner corporation correction correlation correspondence corridor corruption cost cottage council counsel
counter counterpart country county couple courage course court courtesy cousin coverage cow crack craft crash crawler cream creation creator creature credential credit creditor
crew crime criminal crisis criterion critic criticism crop cross crowd crown crypto cryptography culture cup cure currency current curriculum curve custody custom customer cut cutoff
cycle cybersecurity damage dance danger dark darkness data database dataset date daughter dawn day deal dealer death debate debt decade decline decoration decrease dedication default
defeat defect defence defense defendant deficiency deficit definition degree delay delegate delegation delivery demand democracy demonstration denial density department
departure dependence dependency deployment deposit depression deprecation depth deputy derivative desert designer desire desk destination destruction detection detective determination
developer development deviation device devops devsecops diagnosis dialogue diary dictionary diet dignity dilemma dimension dinner diplomat direction director directory dirt disability disadvantage
disagreement disappointment disaster discipline disclosure discount discovery discrimination disease dish disk dispute distance distinction distress distribution
district disturbance diversity division doctor doctrine document documentation dog doll dollar domain domination donor door dose double doubt downtime dozen draft drain drama
drawer drawing dream dress drift drink drive driver drop drug drum dust duty dwelling dynamics ear earth earthquake east economics economist economy edge edition editor
education effectiveness efficiency egg ego egress eight elbow election electricity electronics elegance element elevator elite email emergency emission emotion emphasis empire employee employer
employment enclosure encounter encouragement encryption ending endpoint enemy energy engagement engine engineer engineering enhancement enquiry enterprise
entertainment enthusiasm entity entrance entry environment envelope episode equality equation equipment equity equivalent era error escape essay essence establishment
estate estimate ethics euro evening event evolution examination examiner excellence exception excess exchange excitement exclusion execution exemption exhibition exile existence
exit expansion expectation expense experiment expert expertise expiration expiry explosion exploration export exposure expression extension exterior external extract extreme
eye fabric face facility factor factory faculty failure failover faith fall fame family fan fantasy farm farmer fashion fate father fault fear feature federation fee fellow fence fever
fiber fiction field fight figure file film filter final finance financing finger fire firewall firm firmware fish fit flag flame flash flaw fleet flesh flexibility flight flood floor flow flower
fluid focus fog folder folk food foot football footage footprint force forecast foreigner forensics forest fork form formation formula fortune forum foundation founder fraction fragment frame framework
fraud freedom freight frequency friend friendship front frontend fruit frustration fuel function functionality fund funding funeral furniture fusion gallery game gang gap garage
garbage garden gas gate gateway gathering gender gene generation generator genius gentleman geography gesture ghost giant gift girl glass globe glory glove goal goat gold golf government
governance grace grade graduate grain grammar grandmother grant graph graphics grass gravity ground group growth guarantee guard guardrail guest guidance guide guideline guilt guitar gun guy habit habitat
hacker hair half hall halt hammer hand handful handler hardware harm harmony harvest hash hat hazard head header headache headquarter health hearing heart heat heaven height heir hell
helmet hero heritage hierarchy highlight highway hill hip hire history hit hobby holder hole holiday home honey honour honor hook hope horizon horn horror horse hospital host hostage hostname hotel
hour house household housing hub humanity humour hygiene hypothesis ice icon identity ideology ignorance illness illusion image imagination impact implementation implication
import importance impulse incentive inch incidence inclusion income increase independence index indicator individual industry infant infection inference inflation influence
information infrastructure ingredient ingress inheritance initiative injection injury injustice innocence innovation input insect insert inside inspection inspector inspiration
installation institute institution instruction instructor instrument insurance integration integrity intellect intelligence intensity interaction interface interference interior
internet interpretation interval intervention invasion invention inventory investment investor invitation invoice iron irony island isolation issuer jacket jail jam jazz jeans jet
jewel jira joint joke journal journalist joy judge judgement juice jump junction jungle jurisdiction jury justice key keyboard kid killer kilometre kind king kingdom kitchen knee knife
label labor laboratory labour lack ladder lady lake lamp land landing landlord landscape lane language laptop laser latency launch law lawn layer layout lead league leak leap learner lease least leather
leave leg legacy legend legislation leisure length lesson letter level liability liberty library licence license lid life lifecycle lifetime lift light likelihood limb limit limitation
link lion lip liquid literature litigation living loan lobby location lock log logic logo loop loss love luck luggage lump lung luxury machine machinery magazine magic mail mailbox mainframe
maintenance majority maker makeup male malware manner manual manufacturer map margin mark marker market marketing marriage mask mass master match mate material mathematics matrix
maximum meal meaning measure measurement meat mechanic mechanism media median medicine medium member membership memory mentality mention merchant mercy merger
merit mess metal metadata method methodology metre middle middleware midnight migration mile military milk mill million mine mineral minimum minister ministry minority minute miracle mirror misconduct
misery misuse missile mission mistake mix mixture mobile mode model moderation module moisture molecule moment momentum money monitor monkey monster month mood moon morale mortgage mother
motion motivation motive motor mount mountain mouse mouth move movement movie multitude murder muscle museum mushroom music musician mystery myth nail name narrative nation nature navy neck
negotiation neighbour neighbor nerve nest network newspaper nightmare node noise nominee norm nose notebook notification novel null number nurse nut object objection obligation
observation observer obstacle occupation ocean odds offence office officer official offset oil onion onset opening opera operation operator opponent opposition optimism
option orange orbit orchestra ordinary organ organisation organization organizer orientation origin orphan outage outbreak outlet outlier outlook output outsider oven overhead owner ownership oxygen pace pack
package packet pad pain paint painter painting pair palace palm pan panel panic parade paradigm paradox parameter parent parish park parking parliament part partner partnership party
pass passage passenger passion passport password past pasta path pathway patience patrol pattern pause pay payload payment payroll peace peak peer pen penalty pencil pension pepper
percent perception performance perimeter period permission permit person persona personality personnel pest pet phase phenomenon philosophy photo photograph phrase physician physics piano picture pie pig
pile pill pillar pilot pin pioneer pipe pipeline pit pitch pizza plane planet planning plant plastic plate platform play player playbook plea plot plug pocket poem poet poetry
poison pole police policy politician politics poll pollution pool pop population port portal porter portfolio portion portrait pose position possession possibility post poster pot potato potential pound
poverty powder power practice praise prayer precaution precision predecessor prediction preference pregnancy prejudice premise premium prerequisite prescription presentation preservation
president press pressure prevalence prevention prey price pride priest prime prince princess principal principle print printer priority prison prisoner privacy privilege prize probability
problem process processing processor producer product production productivity profession professional professor profile profit program programme programmer progress prohibition project projection
promise promotion propaganda property prophet proportion proposal prosecution prospect prosperity protection protein protest protocol prototype provider province provision proximity
psychology pub public publication publicity publisher punishment pupil purchase purity pursuit puzzle pyramid qualification quality quantity quarrel queen quest queue quota quotation rabbit race racism
rack radar radiation radical radio radius rage rail railway rain rally range ransomware rape rapport rat rate rating ratio raw ray reach reaction reader realm rebel recertification recession recipe recipient recognition recommendation
reconciliation reconstruction record recorder recovery recruit recruitment reduction redundancy referee referendum reflection reform refuge refugee refund refusal regime region register registration
regression regret regulation rehabilitation reign rejection relation relationship relative release relevance reliability relief religion reluctance remainder remains remedy removal rent
repair repetition replacement reply reporter repository representation representative reproduction republic reputation rescue resentment reserve reservoir residence resident residue
resignation resilience resistance resolution resort resource respect respondent response responsibility rest restaurant restoration restriction retail retention retirement retreat return
revelation revenge revenue reverse revision revolution reward rhetoric rhythm rice rid ride rider ridge rifle right ring riot rise risk ritual rival river road robot rock rocket role roll roof room root rootkit rope rose
rotation route router routine row royalty rubber rubbish ruin rule ruler rumour runbook runner runtime sack sacrifice saddle safety sail sailor saint salad salary sale salt sample sanction sand sandbox satellite satisfaction sauce
saving scale scan scandal scanner scenario scene schedule scheduler scheme scholar school science scientist scope score scout scrap scratch scream screen script sea seal search season seat second secrecy
secret secretariat secretary sector security seed segment segregation selection self seller semester seminar senate sender senior sensation sensitivity sensor sentence sentiment separation sequence series
sergeant serial server service setting settlement setup severity sex shade shadow shame shape shareholder shell shelter shield shift ship shock shoe shop shopping shore shortage shot shoulder shout shower shrine siege sight sign
signal signature significance silence silk silver similarity simulation sin singer sister site size skeleton sketch skill skin sky slave sleep slice slope slot smell smile smoke snake snow soap soc soccer society sock software
soil soldier solicitor solidarity solution son song soul sound soup source south space span spam spare speaker specialist species specification specimen spectacle spectrum speculation speech speed spelling spending
sphere spider spin spirit spite split spokesman sponsor spoon sport spot spouse spray spread spring spy squad square stability stack stadium staff stage stair stake stall stamp stance standard standing star startup
state station statue status stay steam steel stem step steward stick stimulus stock stomach stone storage store storm strain strand stranger strategy straw stream street strength stress stretch
strike string strip stroke structure struggle student studio study style subject submission subscriber subsidiary subsidy substance substitute suburb success succession successor suffering sugar suicide suit suite sultan summer
summit sun sunlight superior supermarket supplement supplier supply support supporter surface surgeon surgery surplus surprise surrender surveillance survey survival survivor suspect suspicion sweat sweet swimming sword symbol
sympathy symptom syndrome synthesis system tablet tactic tail talent tank tap tape target tariff taste tax taxi taxpayer tea teacher teaching team tear technician technique technology teenager telephone telescope television telemetry
temper temperature template temple temptation tenant tendency tennis tension tent tenure term terminal territory terror terrorist test testament testimony text textbook texture theatre theft theme theology theory therapist
therapy thesis thickness thief thinking thirst thread threat threshold throat throne thumb ticket tide tie tiger tile timber timeline timetable timing tin tissue title toast tobacco toe toilet token toll tomato tone
tongue tool toolkit tooth top torch total touch tour tourism tourist tournament towel tower town toy trace track trader tradition traffic tragedy trail trailer train trainer trait transaction transcript transfer
transformation transit transition translation transmission transport trap trash travel traveller treasure treasury treat treatment treaty tree trend trial triangle tribe tribute trick trigger trip triumph troop trophy trouble truck trunk trust trustee
tube tune tunnel turbine turkey turnover tutor twin twist tyre umbrella uncertainty uncle union universe university unknown upgrade upload urgency usage user utility vacation vaccine vacuum validation validity
valley valuation value valve van variable variance variant variation variety vat vault vector vegetable vehicle vein velocity vendor venture venue verb verdict verification verse version vessel veteran victim
victory video viewer viewpoint villa village violation violence virtue virus vision visitor vitamin vocabulary volume volunteer vote voter voting voyage vulnerability wage waist wall war ward warehouse warfare
warmth warning warranty warrior waste watch water wave weakness wealth weapon weather web webhook website wedding week weight welfare west wheat wheel whip whisky white whole widow width wife wildlife will win wind window wine wing
winner winter wire wisdom witch withdrawal witness wizard wolf woman wood wool worker workflow workload workplace workstation world worm worth wound wrist writer writing yard year yellow yield youth zone zoo""".split()
)
ADJECTIVES: Final = frozenset(
    """abnormal abrupt absent absolute abstract absurd abundant academic acceptable accidental accountable active acute adequate adjacent administrative advanced adverse
aesthetic affordable aged aggressive agile alien alive alone alternative ambiguous ambitious ample ancient angry anonymous anxious applicable arbitrary architectural artificial ashamed asleep
associate astonishing asynchronous attractive authentic authoritative automatic autonomous average awful awkward bad bare behavioural beneficial big bitter bizarre black blank blind blue bold boring bound brave brown busy
careless casual central centralized certain cheap chemical chief chronic civil classic classical clean cold collaborative collective colorful colossal combined comic commercial common communal comparable
comparative compatible competent competitive complementary complex compliant complicated compulsory conceptual conditional confident confidential conscious consecutive conservative
considerable consistent conspicuous constant constitutional contemporary content contextual continental contingent continuous contractual contradictory contrary controversial conventional cool
corporate corresponding costly crazy creative criminal critical crooked cruel crude cultural custom customized cute cyclic daily damp dangerous dark dead deaf dear decisive declarative dedicated deep
default defensive deficient definite definitive deliberate delicate delicious democratic dense dependent deprecated desirable desolate destructive deterministic diagonal digital dim diplomatic direct dirty
disabled disciplinary disposable distant distinct distinctive distributed disturbing diverse divine domestic dominant dormant double doubtful downstream dramatic drunk dry dual due dull dumb durable dynamic
eastern easygoing ecological economic edible educational effective efficient elaborate elastic elderly electric electrical electronic elegant elementary eligible elite embedded eminent emotional empirical
empty encouraging endless enormous enthusiastic environmental ephemeral equal equivalent erroneous essential eternal ethical ethnic everyday evident evil excess excessive exclusive executive exempt exotic expensive
experienced experimental explicit explosive expressive external extinct extraordinary extreme faint faithful fake false famous fat fatal fattest faulty favorite favourite federal feeble female fierce financial finite firm fiscal
fixed flagrant flawed flexible fluent foolish foreign forgotten formal former formidable forthcoming fortunate fragile fragmented frequent fresh front frozen functional fundamental furious fuzzy generic generous genetic
genuine geographic ghostly giant global gloomy gradual grand graphic grave greedy green grey gray grim gross guilty handsome harmful harmless harsh hazardous healthy heavy hectic hidden high historic historical hollow
holy homeless homogeneous horizontal horrible hostile huge humble hungry hybrid hypothetical icy identical idle ignorant illegal ill imaginary immense imminent immune immutable impartial imperative implicit impossible improper inactive
inadequate inappropriate inclusive incompatible incomplete inconsistent incorrect incremental independent indexed indirect industrial inevitable infamous inferior infinite influential informal inherent inherited
initial inner innocent innovative inside insecure instrumental insufficient intact integral intellectual intelligent intense intensive interactive interim intermediate internal international intimate intricate intrinsic
invalid invisible irrelevant irregular isolated jealous joint judicial junior just lacking large lasting late latent lateral latest lazy leading lean left legacy legal legitimate lengthy lesser lethal liable liberal lightweight limited
linear liquid literal literary little live lively local logical lonely long loose loud low loyal lucky luxurious mad magic magnetic magnificent malicious male managed mandatory manual marginal marine marked massive mature
maximal mean mechanical medical medieval mediocre mental messy metropolitan mild military miniature minimal minor minute missing misconfigured mobile moderate modern modest modular molecular monetary monthly moral mortal multiple municipal
mutable mutual mysterious naive naked narrow nasty national native natural naughty naval near negative nested neutral noble noisy nominal non-compliant normal northern notorious novel nuclear null obese objective obligatory oblivious
obscure obsolete occasional occupational offensive offline old online open operational opposite optical optimal optional oral organic organizational orphan outdated outer outgoing outrageous outstanding oval overdue overprivileged overseas
painful pale paper parallel paranoid parental partial passive past pathetic peaceful peculiar pending perennial peripheral permanent permissive perpetual persistent personal persuasive petty physical pink plural poisonous polite political
popular portable positive powerful pragmatic precise predictable predominant pregnant preliminary premium present presidential prestigious prevalent preventive primary prime primitive private privileged probable problematic productive
professional profitable profound progressive prominent promising prone protective proud provincial provisional psychological public pure purple qualified quiet racial radical random rare rational raw reactive rear rebellious recent
reciprocal reckless recurring red redundant regional regular regulatory related relational relative reluctant remaining remarkable remote renewable repetitive replicated representative residential resilient resistant resolute respectable
responsible responsive restrictive retired reverse revolutionary rich rigid ripe risky robust rogue romantic rotten round royal rubber rude rural ruthless sacred sad safe scarce scared scary scattered scientific secondary secret
secular secure selective selfish senior sensitive sensory sequential serious severe sexual shadow shallow shared sharp sheer shy sick significant silent similar singular skinny sleepy slender slim slow small smooth sober social soft solar
sophisticated sour southern spare sparse spatial special spectacular speculative spicy spiritual spontaneous stable stale standalone standard stark static stationary statistical statutory steady steep sterile sticky stiff still straight strategic
strict striking strong structural stubborn stunning stupid subjective sublime subsequent substantial subtle successful successive sudden sufficient superb superficial superfluous superior supplementary supportive supreme surplus suspicious sustainable
sweet symbolic symmetric sympathetic synchronous synthetic tall tame tangible tart technical technological temporal temporary tender tense terminal terrific territorial theoretical thick thin third-party thirsty tiny tolerant
top tough toxic traditional tragic transient transitional transitive transparent tremendous tribal trivial tropical troublesome trusted trustworthy twisted ugly unable unacceptable unattended unauthorised unauthorized unavailable unaware uncertain
uncommon unconscious undefined underlying uneasy unemployed unequal unexpected unfair unfamiliar unhappy unhealthy uniform unintended universal unknown unlikely unlimited unmanaged unmonitored unnecessary unofficial unplanned
unprotected unrestricted unsafe unstable unsupported untouched unused unusual unwanted upper upset upstream urban urgent usable useless vacant vague vast verbal vertical vertical viable vibrant vicious victorious
vigorous violent virtual visible visual vital vivid volatile voluntary vulnerable warm weak wealthy weekly western wet white wicked wide widespread wild wise wooden woolen wrong yearly yellow young zealous
dangling lonely leftover lingering zombie ghosted underused overused underutilized underutilised oversized undersized idle forgotten abandoned hibernated orphaned""".split()
)
