package demo

func enEducation() topic {
	return topic{
		tag:      "education",
		channels: []string{"education", "school"},
		stories:  []story{enSportsDay(), enScienceClub()},
	}
}

func enSportsDay() story {
	return story{
		titles: []string{
			"Nobody watches, everybody runs: sports day at {school}",
			"{school} awards a prize for falling down and getting up",
			"Hoops, tops and skipping ropes return to {school}",
			"{n2:600-1800/20} pupils, no grandstand: sports day at {school}",
			"The loudest cheer at {school} was for the last runner",
			"Parents beaten at marbles on {school} sports day",
		},
		leads: []string{
			"All {n2:600-1800/20} pupils of {school} took part in the sports day on {day}, and the grandstand stayed empty. Besides running and jumping there were races with school bags and raincoats.",
			"The last runner of the thousand metres at {school} crossed the line on {day} with half the school running alongside. The certificate reads: for falling down and getting up again.",
			"Hoops, tops, skipping ropes and knucklebones: on {day} {school} brought back the games that parents used to play, and then let the parents lose.",
		},
		details: []string{
			"The opening speech had three sentences: be careful, cheer for one another, and wipe off the sweat. Then the drums went once around the track.",
			"Older pupils served as judges after two weeks of training. They start, time and measure, and in case of dispute three of them confer before a flag goes up.",
			"Certificates were drawn by the art teacher and include the steadiest start and the loudest encouragement. Many are now on kitchen doors.",
			"Instead of a table of results each child has a card that compares this year with the last. {80-95} per cent improved at something.",
			"Parents looked after water and plasters. By evening {20-60} plasters were gone, and nothing worse had happened.",
		},
		quotes: []string{
			"“I was slow, but I was there until the end,” said {person}, still out of breath.",
			"“An empty stand and a full field, that is what we wanted,” said teacher {person2}.",
		},
		headings: []string{"On the track", "On nobody’s grandstand"},
		table: []string{
			"Event|Entries|Best",
			"60 metres|{120-260/10}|9.{10-90} s",
			"Long jump|{120-260/10}|2.{10-32} m",
			"Skipping, one minute|{160-320/10}|{168-214}",
		},
		closings: []string{
			"Photographs will hang in the corridor for a month.",
			"The whistle had gone, and some were still running. 🏃",
		},
		captions: []string{"The relay.", "A cheer for the last runner.", "2:Parents at the hoops."},
		tags:     []string{"school sports", "children", "games"},
	}
}

func enScienceClub() story {
	return story{
		titles: []string{
			"{n:120-480/10} bottle caps make a microscope at {school}",
			"Club at {school} measured the {river} for {days:30-120/5} days",
			"A list of {fail:60-240/10} failures hangs at {school}, and they are proud of it",
			"Through a bottle cap: what pupils at {school} saw in a leaf",
			"{days:30-120/5} days, one thermometer, one {river}",
		},
		leads: []string{
			"{n:120-480/10} bottle caps, an old lens and a retired telephone: from these the science club of {school} built a microscope, which on {day} showed the whole school the veins of a leaf.",
			"For {days:30-120/5} days members of the science club at {school} took water from the {river} and wrote down what they found. On {day} they handed their report to the water office, and got a serious answer.",
			"First guess, then try, then change it: so says a sign in the science room of {school}. Below it hangs a list which on {day} reached failure number {fail:60-240/10}.",
		},
		details: []string{
			"The club pays for itself with waste paper and bottles. A term’s collecting bought thermometers, magnifying glasses and a box of magnets.",
			"The teacher never touches a screw. If it has been turned the wrong way, so the rule goes, they will notice soon enough, and then they will know it for good.",
			"1:One day in the table is empty. A note says that it rained too hard and somebody’s mother said no; the gap stayed, because a gap is data as well.",
			"{company} gives the club its offcuts and sends an engineer once a month. The first lesson was how to hold a soldering iron.",
			"The next question was chosen by vote: why are there so many insects under the lamps of {street}? One party wants to count them, the other to change the bulbs.",
		},
		quotes: []string{
			"“We know a great many ways in which it does not work,” said {person}, who chairs the club.",
			"“Some of their questions I cannot answer, so we look things up together,” said the teacher, {person2}.",
		},
		headings: []string{"First guess", "A list of failures"},
		list: []string{
			"Try it at home",
			"Drop a dry and a fresh chilli into water and see which floats.",
			"Make a harp from a box and rubber bands.",
			"Measure your shadow at the same time on seven days.",
		},
		closings: []string{
			"The club meets on Tuesdays and Thursdays; bring a question.",
			"No answer yet, but two new questions. 🔬",
		},
		captions: []string{"0:The microscope made of bottle caps.", "1:Sampling at the {river}.", "2:The list of failures."},
		tags:     []string{"science club", "school", "experiments"},
	}
}

func enSports() topic {
	return topic{
		tag:      "sport",
		channels: []string{"sports", "sport"},
		stories:  []story{enDragonBoat(), enRun(), enTableTennis()},
	}
}

func enDragonBoat() story {
	return story{
		months: in(5, 6),
		titles: []string{
			"{team} wins dragon boat race on the {river} by {gap:0-1}.{12-98} seconds",
			"{village} carries its dragon boat to the {river}",
			"{n:12-32/2} boats, one drum: race day on the {river}",
			"Women of {village} launch a boat of their own",
		},
		leads: []string{
			"{n:12-32/2} boats raced over five hundred metres of the {river} on {day}. {team} took the lead in the last few strokes and won by less than two seconds.",
			"Young and old carried the boat of {village} down to the {river} on {day}. The hull smelled of fresh oil, the dragon wore a red ribbon, and for the first time the village will send a crew of women.",
		},
		details: []string{
			"A boat holds twenty paddlers, a drummer and a steersman. Strength is not the secret, the coach says; twenty pairs of hands must become one.",
			"The paddlers drive lorries, teach sums and sell fish. One father sits behind his son, so that for once he must follow him.",
			"On the bank there were rice dumplings, sugar figures and ribbons in five colours. {shop} sold {600-1800/100} dumplings before noon.",
			"0:After the race the winners crossed to the other bank and offered tea to every crew. It is an old rule here: rivals on the water, relatives on land.",
			"The boat builder uses fir that has dried for three years. Under the keel he carves the year and how high the river stood.",
		},
		quotes: []string{
			"0:“For the last fifty metres I heard nothing but the drum,” said {person}.",
			"“I used to watch my grandfather from the bank. Today he watched me,” said paddler {person2}.",
		},
		headings: []string{"On the water", "On the bank"},
		closings: []string{
			"The boats can be seen in front of {museum} for a week.",
			"The drums are gone, the smell of dumplings is not. 🐉",
		},
		captions: []string{"Dragon boats on the {river}.", "The drummer of {team}.", "Down to the water."},
		tags:     []string{"dragon boat", "tradition", "river"},
	}
}

func enRun() story {
	return story{
		months: in(3, 4, 5, 9, 10, 11),
		titles: []string{
			"{k:2-8},000 run along the {river} in {city}",
			"The last finisher got the longest applause in {city}",
			"Ginger tea at kilometre {km:9-17}: a half marathon in {city}",
			"Closing car waits for {person} at the half marathon",
		},
		leads: []string{
			"{k:2-8},000 people ran a half marathon along the {river} on {day}. It was cool and almost windless, and at kilometre {km:9-17} the villagers of {village} were waiting with ginger tea.",
			"The arch was still standing when {person} came in. The longest applause at the half marathon in {city} on {day} was kept for the very last of {k:2-8},000 runners.",
		},
		details: []string{
			"Along the course there were {6-10} tables with water, bananas and rice cakes. Some runners sat down to eat and had to be reminded of the race.",
			"The medals are made in the {craft} tradition; on the back is a map of the route.",
			"{300-900/50} volunteers were at their posts by four in the morning, pupils of {middle} next to retired doctors, one orange vest every kilometre.",
			"Streets were reopened five minutes after the last runner had passed, and the sweepers followed close behind.",
			"Someone pushed a wheelchair, someone ran beside a blind friend, someone wore a chef’s hat. They did not know one another and said the same word: nearly.",
		},
		quotes: []string{
			"“If I cannot run I walk, and if I cannot walk I look at the river,” said {person}.",
			"“My arms ache from handing out cups, and I would do it again,” said volunteer {person2}.",
		},
		headings: []string{"Along the way", "The finish"},
		closings: []string{
			"Certificates can be fetched from the third day after the race.",
			"Entry for next year will be announced; training may start today. 🏅",
		},
		captions: []string{"Runners on {bridge}.", "Ginger tea at {village}.", "At the finish."},
		tags:     []string{"running", "half marathon", "volunteers"},
	}
}

func enTableTennis() story {
	return story{
		titles: []string{
			"Fish against meat: the lunchtime league at {market}",
			"{team} wins the amateur table tennis league in {city}",
			"At {age:62-79}, a player from {community} is still unbeaten",
			"{years:2-9} years of ping-pong between the stalls of {market}",
		},
		leads: []string{
			"Every day at one the aisle of {market} turns into a sports hall. On {day} the fishmongers met the butchers, a fixture that has been kept for {years:2-9} years.",
			"After half a year of matches {team} won the amateur league in {city} on {day}, beating {team2} three to two. The cup is made of old rubbers.",
			"The hall at {community} was full on {day}, and everyone had come to see {person}, aged {age:62-79}, whose bat is older than most opponents.",
		},
		details: []string{
			"At match point the ball clipped the edge. The loser raised a hand before anyone else could say so, and the hall stood up.",
			"1:There is no prize money. The winners get the hall for a year, the runners-up a crate of apples, and the last team wipes the tables.",
			"Players take turns as umpires, and doubtful points are replayed. In all these years nobody has left in anger.",
			"Children from {school} come to watch and stay to play. One of them lost badly and went home with a serve that nobody had seen before.",
			"The hall has new lamps and a new floor and is open from six in the morning; the early and late hours are free.",
		},
		quotes: []string{
			"“The ball is small, the thinking is not,” said {person}.",
			"0:“I gut fish all morning for this half hour,” said {person2}, wiping both hands.",
		},
		headings: []string{"Point by point", "At the table"},
		closings: []string{
			"Teams for the new season can be entered from next month.",
			"The ball is still bouncing, and the next pair is waiting. 🏓",
		},
		captions: []string{"0:Lunchtime at the tables.", "A long rally.", "1:The cup made of old rubbers."},
		tags:     []string{"table tennis", "amateur sport", "league"},
	}
}
