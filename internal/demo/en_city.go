package demo

func enWeather() topic {
	return topic{
		tag:      "weather",
		channels: []string{"weather", "environment"},
		stories:  []story{enForecast(), enColdHeat()},
	}
}

func enForecast() story {
	return story{
		titles: []string{
			"Light rain expected in {city} until {saturday}",
			"Dry spell ends: {mm:12-48} millimetres of rain over the {river}",
			"What the clouds say: a morning with the forecasters in {city}",
			"Umbrellas out on {weekday} evening, sun back by {saturday}",
			"New weather station at {village} reports every {min:5-10} minutes",
			"How {school} pupils learned to read the sky",
		},
		leads: []string{
			"Light rain will move into {city} on {weekday} evening and stay until about {saturday}, forecasters said on {day}. Temperatures will change little, and most of the rain will fall at night.",
			"The dry spell is over. By the morning of {day}, {mm:12-48} millimetres of rain had fallen along the {river}, enough to fill the ditches at {village} and to keep the farmers smiling.",
			"The day begins at half past four with a screen full of clouds. On {day} our reporter joined the forecasters in {city} to find out how many maps go into one short sentence about the weather.",
		},
		details: []string{
			"The rain comes from the west and reaches the hills first. In town it should arrive after the evening rush, with gaps of an hour or two in which nobody will need an umbrella.",
			"Street crews have cleared {120-420/10} drains around {street} and {street2}. Should water collect in the underpass at {bridge}, signs will point drivers to the upper road.",
			"Farmers have been told to open the outlets of their seed beds before dark. “A wet foot is fine, a drowned one is not,” the advice sheet says, and it needs no more words than that.",
			"The new station sends its figures by radio and needs no mains power. A ring of wire keeps sparrows from nesting in the rain gauge, which happened twice in the trial.",
			"Pupils at {school} now read out the forecast at noon. Their teacher says they have learned to estimate, and, harder still, to admit in public that yesterday’s guess was wrong.",
			"The outlook after {saturday} is friendly: broken cloud, a light breeze and afternoons of {17-24} °C, good weather for washing, walking and mending roofs.",
		},
		quotes: []string{
			"“Nobody writes to thank us when we are right,” said forecaster {person}, “so we keep a notebook of the times we were wrong.”",
			"“I look at the swallows first and at the phone second,” said {person2}, who sells vegetables at {market}.",
		},
		headings: []string{"What to expect", "Behind the forecast"},
		table: []string{
			"Day|Sky|Low|High",
			"Today|Light rain|{9-12} °C|{15-18} °C",
			"Tomorrow|Showers|{9-12} °C|{15-19} °C",
			"Day after|Broken cloud|{11-14} °C|{18-23} °C",
		},
		closings: []string{
			"The forecast is updated twice a day and shown on the displays at bus stops.",
			"Take an umbrella, and look up now and then. ☔",
		},
		captions: []string{"Walkers on {street} on {day}.", "Mist over the {river}.", "The weather station at {village}."},
		tags:     []string{"forecast", "rain", "daily life"},
	}
}

func enColdHeat() story {
	return story{
		months: in(6, 7, 8, 12, 1, 2),
		titles: []string{
			"{park} stays open until {22-23}:00 as residents ask for longer evenings",
			"{n:12-36} warm and cool rooms open across {city}",
			"Bus shelters on {street} get wooden seats and wind screens",
			"Neighbours in {community} check on {n2:40-160/5} people living alone",
		},
		leads: []string{
			"{park} will keep its gates open longer from {day}, after more than {k:2-9}00 residents asked for it. Lamps along the main path will be dimmed rather than switched off.",
			"From {day}, anyone who finds it too hot or too cold outside can sit in one of {n:12-36} public rooms in {city}. There is drinking water, a first-aid box, the newspaper and, usually, a game of chess.",
		},
		details: []string{
			"Most of the rooms are in libraries and community halls; one is in the waiting room of the old ferry. Opening hours are posted at the door and nobody is asked to buy anything.",
			"Street cleaners now work early and late and rest at midday. Each crew carries a flask, and shopkeepers along {street} have agreed to refill it for free.",
			"Volunteers in {community} telephone people who live alone every morning. If nobody answers twice, somebody goes and knocks, which last month happened {6-24} times, always with a happy end.",
			"Doctors at {hospital} advise small meals, enough sleep and a slower pace. They also ask people to look in on the neighbour they have not seen since the weather turned.",
			"Seats of wood have replaced steel ones at {24-60} bus stops, because wood is neither icy nor burning. The old seats were melted down for bicycle stands.",
		},
		quotes: []string{
			"“I come for the chairs and stay for the company,” said {person}, who had just won at chess.",
			"“It costs us a few lamps,” said park keeper {person2}, “and it gives the town an hour a day.”",
		},
		headings: []string{"Where to sit", "Small things that help"},
		list: []string{
			"Easy precautions",
			"Drink before you are thirsty.",
			"Wear layers that can be taken off.",
			"Never leave children or pets in a parked car.",
			"Knock at one neighbour’s door a day.",
		},
		closings: []string{
			"A list of all rooms can be had from the town hall and every library.",
			"The offer will be reviewed after the season.",
		},
		captions: []string{"Evening in {park}.", "A game of chess in a public room.", "New wooden seats on {street}."},
		tags:     []string{"seasons", "public space", "neighbours"},
	}
}

func enTraffic() topic {
	return topic{
		tag:      "transport",
		channels: []string{"traffic", "society", "auto"},
		stories:  []story{enBus(), enRoadWorks(), enFerry()},
	}
}

func enBus() story {
	return story{
		titles: []string{
			"Bus {b:11-88} to reach {community} from {soon}",
			"Last bus to wait for readers at {library}",
			"A six-metre bus learns the lanes of {village}",
			"Bus {b:11-88} gains {stops:3-6} stops and keeps its fare",
			"After the library closes, bus {b:11-88} is still there",
			"Market days bring {extra:4-10} extra buses to {village}",
		},
		leads: []string{
			"Bus {b:11-88} will run beyond {street} to {community} from {soon}, the bus company in {city} said on {day}. The extension adds {stops:3-6} stops; the fare stays as it is.",
			"Readers in {city} no longer need to watch the clock. Since {day} the last bus {b:11-88} leaves {library} a quarter of an hour after closing time, whatever the timetable used to say.",
			"It is only six metres long and can turn where a cart can. On {day} the smallest bus of the fleet made its first trip to {village}, with {extra:4-10} extra runs on market days.",
		},
		details: []string{
			"The change follows a survey with {600-2400/20} answers. Most people wanted to walk less to the stop; the second wish was a later bus, and the third a driver who waits when someone is running.",
			"The new vehicles are electric, have {18-28} seats and a ramp that folds out by hand. Drivers practised the route for two weeks and marked every corner that needs patience.",
			"Signs along the line carry large type and Braille. At the stop called Camphor Tree there is, in fact, a camphor tree, and a bench that goes around it.",
			"Passengers short of change may borrow a coin from the honesty box beside the driver and bring it back next time. After the first week it held more than at the start.",
			"On the first day the line carried {820-2600/20} people. The busiest stops were {market} and {hospital}, and most passengers carried either a basket or a prescription.",
			"The trial runs for three months. Suggestions can be written in the book at the front of the bus, which the planners read every Monday.",
		},
		quotes: []string{
			"0:“I used to change twice to see my doctor,” said {person} of {community}. “Now I take a seat and look out of the window.”",
			"“People greet me when they get on, as if it were my kitchen,” said driver {person2}.",
		},
		headings: []string{"Stops and times", "Why the line changed"},
		table: []string{
			"0:Direction|First bus|Last bus",
			"To town|6:{10-50/10}|21:{10-50/10}",
			"To {community}|6:{10-50/10}|22:{10-30/10}",
		},
		closings: []string{
			"Lost property is kept at the terminus for a year.",
			"The next stop is up to the passengers. 🚌",
		},
		captions: []string{"Bus {b:11-88} on {street}.", "Passengers at a new stop.", "A driver checks the folding ramp."},
		tags:     []string{"buses", "timetable", "public services"},
	}
}

func enRoadWorks() story {
	return story{
		titles: []string{
			"Night works on {street} from {soon}",
			"{street} reopens with wider pavements and all {trees:36-120} trees",
			"Quiet asphalt lets {homes:300-900/20} households on {street} sleep",
			"Drivers asked to avoid {street} after 22:00 from {soon}",
			"Two lanes, {trees:36-120} trees: what changed on {street}",
		},
		leads: []string{
			"Road crews will resurface {street} between {street2} and {street3} from {soon}. Work is limited to the hours between ten at night and six in the morning and should take {12-45} days.",
			"After {3-9} months of work, {street} reopened on {day}. The pavements are wider, the kerbs lower and, as promised, not one of the {trees:36-120} old trees was felled.",
			"You hear it at once, or rather you do not. On {day} the last stretch of {street} was covered with porous asphalt, which swallows much of the noise below the windows of {homes:300-900/20} households.",
		},
		details: []string{
			"The old surface had cracked and sunk, and pedestrians knew which puddles to fear. The crews will also replace {46-180/2} manhole covers and the pipes beneath them.",
			"Because {school} lies on the route, the loud steps are kept for weekends, and there will be none at all in examination week.",
			"Tactile paving now runs without a break, and crossings are level with the road, so that wheelchairs and prams roll straight through.",
			"Rain sinks through the new paving to the roots of the trees. Engineers reckon that a tenth less water will reach the drains in a heavy shower.",
			"Shops stay open during the works. {shop} has put a sign in its window that reads: yes, we are here, follow the smell.",
			"Repairs are guaranteed for two years. A code on each lamp post leads to a form, and a crew promises to look at the fault within the hour.",
		},
		quotes: []string{
			"“I have lived here for thirty years and now I can wear my good shoes,” said {person}.",
			"“At night it is cooler and emptier,” said site manager {person2}. “The art is to work without waking anyone.”",
		},
		headings: []string{"How to get through", "A street made over"},
		list: []string{
			"Diversions",
			"Cars use {street2} and {street3}.",
			"Lorries stay on the ring road.",
			"Cyclists and pedestrians keep to the north side.",
		},
		closings: []string{
			"Heavy rain may delay the schedule.",
			"The town thanks residents for their patience.",
		},
		captions: []string{"Works on {street}.", "Fresh asphalt at night.", "A lowered kerb."},
		tags:     []string{"road works", "diversion", "city"},
	}
}

func enFerry() story {
	return story{
		titles: []string{
			"One coin, one river: {years:21-38} years at the {river} ferry",
			"Electric ferry makes its first quiet crossing of the {river}",
			"The ferry that carries {village} to market",
			"{trips:18-36/2} crossings a day: a morning on the {river}",
		},
		leads: []string{
			"For {years:21-38} years {person} has carried people across the {river} for one coin each. On {day} a new boat was launched, and both banks came to look.",
			"No smoke, no rattle, only water. On {day} the ferry across the {river} made the first of its {trips:18-36/2} daily crossings under electric power.",
		},
		details: []string{
			"By road the trip from {village} to the market takes {12-20} kilometres; by boat it is {6-12} minutes. That is why the ferry has outlived three plans to replace it.",
			"The boat holds {30-48/2} passengers and has a ramp at the bow for bicycles. Life jackets hang under the roof, in sizes from grandmother to toddler.",
			"In fog or high wind the ferry does not sail, and no amount of pleading helps. The logbook gives the wind, the level and the number of people for every day since it began.",
			"In the morning the deck is full of baskets and shoulder poles. In the afternoon the baskets come back with soap, exercise books and sweets.",
			"The service is subsidised. The township did the sums: keeping one boat saves {400-1600/50} people the long way round.",
		},
		quotes: []string{
			"“Water is a road too,” said {person}. “Somebody has to keep it open.”",
			"“This boat took me to school, and now it takes my beans to market,” said {person2}.",
		},
		headings: []string{"A coin in the box", "Both banks"},
		closings: []string{
			"The ferry runs from half past six in the morning until half past six at night.",
			"A whistle, a push with the pole, and the bank slips away. ⛴️",
		},
		captions: []string{"The ferry on the {river}.", "Baskets on deck.", "The old camphor tree at the landing."},
		tags:     []string{"ferry", "village life", "people"},
	}
}
