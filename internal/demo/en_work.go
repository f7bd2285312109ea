package demo

func enHealth() topic {
	return topic{
		tag:      "health",
		channels: []string{"health", "life"},
		stories:  []story{enHospital(), enSleep()},
	}
}

func enHospital() story {
	return story{
		titles: []string{
			"{hospital} opens an evening clinic",
			"Director in a wheelchair finds {n:18-60/2} obstacles at {hospital}",
			"From doctor to medicine in {min:4-9} minutes at {hospital}",
			"Seeing a doctor after work: {p:160-620/10} came in the first week",
			"{hospital} takes away {n:18-60/2} steps",
		},
		leads: []string{
			"{hospital} has opened a clinic for people who work by day. Doctors are there until nine in the evening, and in the first week {p:160-620/10} patients came, the hospital said on {day}.",
			"Before the builders started, the director went through the house in a wheelchair and wrote down {n:18-60/2} places where it got stuck. On {day} the last of them was put right.",
			"Patients at {hospital} now pay in the consulting room, and the pharmacy starts at once. On {day} the hospital reported that it takes {min:4-9} minutes from the doctor’s door to the medicine.",
		},
		details: []string{
			"Anyone who comes alone can ask for company. Volunteers help with the desk, the tests and the long corridors; {40-120} have put their names down.",
			"Coloured lines on the floor lead to the laboratory, the X-ray and the pharmacy, so that nobody needs to read a sign.",
			"In the children’s ward the doctors have been drawn as cartoons. A child who knows the drawing, nurses say, is less afraid of the doctor.",
			"Loudspeakers have been switched off; a wristband hums when it is your turn. The waiting rooms have become {6-14} decibels quieter.",
			"Prescriptions for long illnesses now last up to {4-12} weeks, and a pharmacist calls in between to ask how things are going.",
		},
		quotes: []string{
			"“I came straight from work and did not lose a day’s pay,” said {person}.",
			"“Every step we think of is one that a patient does not have to take,” said nurse {person2}.",
		},
		headings: []string{"Fewer steps", "After dark"},
		table: []string{
			"Department|Weekdays|Weekends",
			"Medicine|17:30 to 21:00|8:00 to 12:00",
			"Children|17:30 to 21:00|8:00 to 21:00",
			"Dentistry|17:30 to 20:30|8:00 to 12:00",
		},
		closings: []string{
			"Suggestions go into the green box on each floor and are answered within a week.",
			"We hope that you will not need this, and that you remember it if you do.",
		},
		captions: []string{"The evening clinic.", "Coloured lines on the floor.", "A volunteer and a patient."},
		tags:     []string{"hospital", "evening clinic", "accessibility"},
	}
}

func enSleep() story {
	return story{
		titles: []string{
			"How {n2:300-900/20} people in {city} sleep, and why not better",
			"Doctors at {hospital} offer {n:5-9} plain rules for the night",
			"Leave the phone in the kitchen, says {hospital}",
		},
		leads: []string{
			"{n2:300-900/20} people in {city} kept a diary of their nights. The results, published by {hospital} on {day}, show who goes to bed last: people in their twenties. Who gets up first? Their parents.",
			"The sleep clinic at {hospital} has been busy. On {day} its doctors put together a few plain rules that cost nothing and can be tried tonight.",
		},
		details: []string{
			"Twenty minutes is a good nap; an hour is too long. Sleeping face down on a desk hurts arms and eyes, so tilt the chair instead.",
			"Coffee works for five or six hours, strong tea as well. After three in the afternoon both are better left alone.",
			"If you lie awake for twenty minutes, get up and read something dull. The bed should learn that it is for sleeping.",
			"Loud snoring and tired days may be a sign of pauses in breathing. A night in the clinic brings certainty; {18-56} people spent one last week.",
			"Old people sleep less, and that alone is no illness. Starting or stopping tablets on one’s own is a bad idea at any age.",
		},
		quotes: []string{
			"“Do not count sheep, it keeps you busy. Count breaths,” said {person}, a doctor at the clinic.",
			"“Charging the phone in the kitchen worked on the third day,” said {person2}.",
		},
		headings: []string{"Who sleeps when", "Tonight"},
		closings: []string{
			"The clinic is open on Tuesdays and Thursdays.",
			"Go to bed early tonight, will you? 🌙",
		},
		captions: []string{"A room in the sleep clinic.", "A diary of nights.", "Questions after the talk."},
		tags:     []string{"sleep", "advice", "clinic"},
	}
}

func enEconomy() topic {
	return topic{
		tag:      "economy",
		channels: []string{"economy", "finance", "business", "agriculture", "rural"},
		stories:  []story{enMarket(), enCompany()},
	}
}

func enMarket() story {
	return story{
		titles: []string{
			"Four in the morning at {market}",
			"{market} reopens with {n:80-260/10} stalls and dry floors",
			"{village} sells its baskets at {market} again",
			"How the price of spinach is made: a night at {market}",
			"New scales, old jokes: {market} is back",
		},
		leads: []string{
			"The town is asleep and {market} is wide awake. On the night before {day} our reporter followed a bunch of spinach from the lorry to the first shopping basket.",
			"After {3-6} months of building, {market} reopened on {day} with {n:80-260/10} stalls, new scales and drains under the floor. Rubber boots are no longer required.",
			"It was market day on {day}, and the basket makers of {village} were back at {market} after three years. By ten they had sold out.",
		},
		details: []string{
			"A board at the gate shows the prices of twenty vegetables, wholesale and retail, today and yesterday. A scale beside it is there for anyone who doubts.",
			"Growers who sell their own produce pay no rent. {person2} from {village} brings greens so fresh that they are still wet.",
			"The bean curd is made from two in the morning on. One tray is always kept for old customers: the corners, which look worse and taste the same.",
			"At seven in the evening leaf vegetables are sold at half price, and within an hour they are gone. What is left goes to compost and back to the growers.",
			"You can also have a haircut here, under a tree, or a knife sharpened, or your reading glasses changed for a stronger pair.",
		},
		quotes: []string{
			"“For twenty years I came in boots. Today I wore my good shoes,” said {person}.",
			"“Fresh goods and straight talk, then they come back,” said {person2}.",
		},
		headings: []string{"Before dawn", "How prices are made"},
		table: []string{
			"Goods|Wholesale (yuan/kg)|Retail (yuan/kg)",
			"Spinach|{2-3}.{10-90}|{4-6}.{10-90}",
			"Tomatoes|{3-4}.{10-90}|{5-7}.{10-90}",
			"Eggs|{8-9}.{10-90}|{10-11}.{10-90}",
		},
		closings: []string{
			"The market is open from five in the morning until eight at night.",
			"As the sun came up, the first customers were already on their way home.",
		},
		captions: []string{"{market} before dawn.", "Greens from {village}.", "The scale for doubters."},
		tags:     []string{"market", "food prices", "farmers"},
	}
}

func enCompany() story {
	return story{
		titles: []string{
			"{n:18-60} people, {k:20-90/5}0,000 products: a visit to {company}",
			"{company} replaced its wall with a window",
			"No growth, no layoffs: {years:12-36} years of {company}",
			"At {company} anyone may stop the machines",
			"The small factory that lets {street} look in",
		},
		leads: []string{
			"{company} has {n:18-60} people on its payroll and a workshop smaller than a basketball court. On {day} it showed its order book, which is full until the end of the year.",
			"People walking along {street} on {day} stopped and stared: {company} had replaced the brick wall of its workshop with glass.",
			"{company} has been on {street} for {years:12-36} years. It has not become big, and it has not gone under. On {day} our reporter went to ask how that is done.",
		},
		details: []string{
			"The oldest machine is older than half of the staff; the newest cuts with a laser. They stand side by side, the old one run by a master, the new one by an apprentice.",
			"The share of faulty pieces is written on a blackboard. It fell from {6-9} to {1-2} per cent in three years, mainly because anybody may stop the line.",
			"Parents can leave at half past four, fetch their children and finish the job later. There is no clock to punch.",
			"Everything sold can be sent back for repair, for ever. The oldest piece that came in was nineteen years old and left with a handwritten note.",
			"About {3-8} per cent of turnover goes into R&amp;D, which here means one room, two engineers and a great many jars.",
		},
		quotes: []string{
			"“Small has its good sides. I know every customer by name,” said {person}, who runs the firm.",
			"“Take your time, my master said, the thing will remember your mood,” said {person2}.",
		},
		headings: []string{"The arithmetic of small", "Behind the glass"},
		closings: []string{
			"The factory can be visited on the last Saturday of each month.",
			"When the bell rang, the machines fell silent one by one.",
		},
		captions: []string{"In the workshop of {company}.", "The glass wall on {street}.", "Checking a finished piece."},
		tags:     []string{"small business", "manufacturing", "work"},
	}
}
