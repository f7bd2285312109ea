package demo

func enSociety() topic {
	return topic{
		tag:      "society",
		channels: []string{"society", "environment", "life", "politics", "gov"},
		stories:  []story{enRiverClean(), enTrees(), enRepair(), enTownHall()},
	}
}

func enRiverClean() story {
	return story{
		titles: []string{
			"{n:60-320/10} volunteers take {kg:120-900/20} kilograms of rubbish from the {river}",
			"{shoes:8-30} pairs of boots: {years:3-16} years of walking the {river}",
			"Pupils at {school} build a fish from what the {river} left",
			"Two hours, {kg:120-900/20} kilograms: clean-up on the {river}",
		},
		leads: []string{
			"{n:60-320/10} volunteers cleaned the banks of the {river} on {day}. In two hours they gathered {kg:120-900/20} kilograms, most of it plastic bags, cigarette ends and fishing line.",
			"In {years:3-16} years {person} has worn out {shoes:8-30} pairs of boots on the path along the {river}. On {day} it was time to set out again, with gloves, tongs and a diary.",
			"Bottle caps for scales, a net for fins and an old headlamp for an eye: the fish that pupils of {school} put up at {park} on {day} is three metres long and made of rubbish.",
		},
		details: []string{
			"Everything was sorted and weighed on the spot. Plastic made up about half, and a good tenth could not be named at all.",
			"The worst is thin line caught in the weed, which ties up herons. Volunteers in waders stood in water to the waist and cut it, strand by strand.",
			"The water office says that the river has cleared: you can now see {60-90/5} centimetres down, and a small fish thought lost has been seen again.",
			"1:The diary notes the colour and smell of the water and every bird. One entry reads: nothing bad today.",
			"Nobody gets a souvenir. Each helper carries a bag of rubbish to the tip, because, the organisers say, one should know what it weighs.",
		},
		quotes: []string{
			"“I found a bottle that is exactly as old as I am,” said {person2}.",
			"“The river knows people. Treat it well and it shows you its floor,” said {person}.",
		},
		headings: []string{"What was in it", "Along the bank"},
		list: []string{
			"Before you join",
			"Wear long trousers and firm shoes.",
			"Work in pairs; children stay out of the water.",
			"Leave needles and bottles of medicine to the leader.",
		},
		closings: []string{
			"The clean-up takes place on the second Saturday of every month.",
			"The water walks on, and so do they.",
		},
		captions: []string{"Volunteers at the {river}.", "Weighing the finds.", "2:The fish at {park}."},
		tags:     []string{"river", "volunteers", "environment"},
	}
}

func enTrees() story {
	return story{
		months: in(2, 3, 4, 10, 11),
		titles: []string{
			"{trees:600-4800/100} trees planted above {village}",
			"Adopt a tree in {park}: one is called Wait",
			"{years:16-42} years, one hillside: the planter of {village}",
			"A bucket brigade for {trees:600-4800/100} saplings",
		},
		leads: []string{
			"{120-900/20} people climbed the hill behind {village} on {day} and planted {trees:600-4800/100} trees in one morning. After the rain the soil was soft enough for children’s spades.",
			"{park} began to give its trees away on {day}, in a manner of speaking: families adopt one, water it and name it. One is called Wait, another Not So Fast.",
			"The hill was bare when {person} started. On {day}, after {years:16-42} years, the last gaps above {village} were filled, this time with company.",
		},
		details: []string{
			"Dig deep, spread the roots, tread firmly: that is all a forester said. If the sapling cannot be pulled out gently, it is planted.",
			"Only local kinds are used, at least {4-8} of them together. A single kind grows faster, until the wrong beetle comes by.",
			"02:There is no pipe on the hill. People formed a line of {200-600/50} metres and passed the buckets up, spilling surprisingly little.",
			"In half a year the living will be counted and the dead replaced. Only when nine in ten are alive is the work considered done.",
			"02:Lunch was steamed sweet potatoes from the village, eaten on the slope with the wind going through the new leaves.",
		},
		quotes: []string{
			"“A tree does not say thank you. It grows,” said {person}.",
			"“When it is taller than our house I shall be big,” said {person2}, aged seven.",
		},
		headings: []string{"Dig deep", "A name for a tree"},
		closings: []string{
			"Saplings and spades are free until {soon}.",
			"Seen from below the green is small, and the wind is large. 🌳",
		},
		captions: []string{"Planting above {village}.", "A watering can and its owner.", "1:Name tags in {park}."},
		tags:     []string{"trees", "spring", "volunteers"},
	}
}

func enRepair() story {
	return story{
		titles: []string{
			"{n:30-160/5} broken things leave {community} working",
			"Do not throw it away: Saturday repairs in {community}",
			"Repair number {n2:300-2600/100} was a radio",
			"Lamps, zips and a duck: the repair café of {community}",
		},
		leads: []string{
			"Lamps, umbrellas, zips and a toy duck that had lost its voice: on {day} the repair café of {community} put {n:30-160/5} things right in one afternoon.",
			"“Bring it here first,” says the sign. On {day} {person}, a retired fitter, again taught neighbours in {community} to mend lamps, on condition that they hold the screwdriver.",
			"On {day} an old radio spoke again in {community}. According to the book it was repair number {n2:300-2600/100}.",
		},
		details: []string{
			"The workshop is a former bicycle shed with one long table, eight lamps and a wall of tools. One pair of pliers was lost, and it came back after a month.",
			"Most faults are switches and wires. The rule is: unplug, open, take a photograph, and only then touch anything.",
			"What cannot be mended is taken apart. The drawers are labelled springs, wheels, and useful but we do not know for what.",
			"Three tailors take turns at the sewing table. For an old silk dress they conferred for half an hour before anyone dared to cut.",
			"By a rough estimate {400-1900/100} kilograms of waste were avoided in a year. More important, people on the stairs now know one another.",
		},
		quotes: []string{
			"“One lamp repaired is better than ten bought,” said {person2}.",
			"“Skill rusts in the hand and shines when it is passed on,” said {person}.",
		},
		headings: []string{"Before you throw it away", "The wall of tools"},
		closings: []string{
			"Open on Saturdays from two to five.",
			"The lamp came on, and so did the applause. 🔧",
		},
		captions: []string{"At the long table.", "The wall of tools.", "A radio, before."},
		tags:     []string{"repair", "community", "neighbours"},
	}
}

func enTownHall() story {
	return story{
		titles: []string{
			"Town hall in {city} opens on Saturdays for {n:18-90/2} services",
			"Round tables replace counters at the town hall in {city}",
			"How a street lamp on {street} was mended in {h:2-9} hours",
			"A desk for what could not be done: Saturdays at the town hall",
			"Sit down, please: {tables:6-24} round tables for {city}",
			"{city} answers the telephone: a morning at the help line",
		},
		leads: []string{
			"The town hall in {city} is open on Saturdays from {day} on. {n:18-90/2} services are offered, from identity cards to the registration of a small shop.",
			"The counters are gone, and so is the glass. On {day} the town hall in {city} put up {tables:6-24} round tables, at which both sides sit on the same kind of chair.",
			"On {past} at eight in the evening somebody reported a dark lamp on {street}. The help line has now published every step: it took {h:2-9} hours until there was light.",
		},
		details: []string{
			"01:The twenty most common errands are shown on posters, one each: where to go, what to bring, how long it takes.",
			"01:Near the door is a desk for things that could not be done. Last month it had {18-66} cases; for those not solved, the reason and the next step are given in writing.",
			"Burst pipes, live wires and missing covers are attended to within the hour, noise on the same day, and questions within three.",
			"A case is closed only when the caller says so. Satisfaction has risen to {90-97} per cent, and the rest are opened again.",
			"2:On the map of calls, red dots once followed {street} like a string. Since the old pipe was replaced they have thinned out.",
		},
		quotes: []string{
			"0:“A day off costs me a day’s wages, so this is money,” said {person}.",
			"1:“Sitting down, people shout less, and so do we,” said {person2}, who works at table four.",
		},
		headings: []string{"What can be done", "Step by step"},
		closings: []string{
			"The help line is open day and night.",
			"Whether the service is good is decided by those who need it.",
		},
		captions: []string{"01:At the round tables.", "2:Repairing a street lamp.", "The help line."},
		tags:     []string{"public services", "town hall", "help line"},
	}
}
