"""Ordinary words that are one slip away from words of the lists and mean something else. Data only."""

# ruff: noqa: E501 (word lists are easier to read in one piece)

from __future__ import annotations

from typing import Final

SPARED: Final = frozenset(
    """deletion deletions creation creations modification modifications removal removals amis nodejs node golang dotnet java javascript python ruby perl php rust scala kotlin django flask nginx mongo grafana kafka airflow spark ten man mans wit lit weather bread bake book books song songs poem dinner joke movie music price prices stock stocks palo alto networks capital france president recipe football match score won game games best better worst tell teach learn word words house mainframe mainframes printer printers router switch switches phone phones tablet robot robots wizard wizardry sign log into enter login logout holding hold keep kept contain inbound outbound ingress egress sourdough system prompt previous instructions ignore print save store lookup table tables compare comparison everything else nothing rain going share broken brake brakes treasury colour color favourite favorite planet moon mars narnia
    accounted activist activists addiction additional addressed adds administrator affection aide albert alley
    altitude amy analog analytics angel assured audi audition automation awaiting bait ballet banging bass beard
    beast believers bella belle belly beta beverage billions billy blake bloom boeing boost borne bot boyd brad
    breath bred brian bride brokers brook butter cal capita capitalism capitalist capitol caption carey carr
    carriage carrie cart carter casey certainty champ chan chandler chicks chose classy coke cola colin comedy
    companions completion compliment compliments confessed contention convoy coral corey corp cosmic costa creepy
    crow curse curtain curtains dairy debut deceased demon dept descent designation dessert detained detention
    developmental difficulty dining diploma dis displaced distract dong drone drones dusty eats eighth eighty
    electron emergence entirety est evacuation evolutionary explode faction factions fairy farther feast feather
    feathers fed finale finnish fist fled follow fond forensic forgiven fountain francis franco freaking fred
    friction fried gary gavin genre gentlemen genus gods grande gravel greed greene guardian guardians hairy hardy
    haven heath historians holly honesty hughes hugs hungary inc infectious infinity inter intro jealousy
    journalism kilometers kindle lab labs lads lance latin laughter lied literacy litter logan macro maid maine
    manly manuel maple marco marie marina massage maternal math maths mattress medal medication medications megan
    messi met meta mistress moist moody moore moron moss mourning ned nets neural niche niece nobel nomination
    nominations notre offense organisms ounce outrage owed owing paris particle particles patent peach pearson
    petrol photography pierce pint pleaded polo pre proposition prose protector proven purse qualify rabbi rainy
    readings relaxed relaxing relay religious reportedly republican republicans reservation reservations residency
    rigorous rocky roma ross rouge sac salem salty sandy scent seattle seoul seven sewing shale shattered shave
    shelf shirts shove sided singh skating slack slight snack snail son sore sox spain specialty spent spine spit
    stain staple starters statute sterling stewart stimulate stimulation sting stoke stray stuart sued swamp tale
    tales tamil taylor teenage tens tenth termination terrorism theater theresa thirty three thrust tier tinder
    traction trent tribune tricky troll tying unity veil vent victor violet walsh walter whales whiskey willis
    wong woody worthy yourselves""".split()
)
