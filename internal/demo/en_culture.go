package demo

func enCulture() topic {
	return topic{
		tag:      "culture",
		channels: []string{"culture", "entertainment", "life"},
		stories:  []story{enLibrary(), enMuseum(), enExhibition(), enConcert(), enCraft()},
	}
}

func enLibrary() story {
	return story{
		titles: []string{
			"{library} keeps its lights on until {h:21-23}:00",
			"A green van brings {n:2000-6000/200} books to {village}",
			"{library} drops fines and gets {120-460/10} lost books back",
			"After work, a book: evening hours at {library}",
			"{village} turns a barn into a reading room",
			"Late books, short stories: how {library} forgives its readers",
		},
		leads: []string{
			"{library} has moved its closing time to {h:21-23}:00, starting on {day}. The change follows a survey in which readers asked for one thing above all: time.",
			"A green van with {n:2000-6000/200} books rolled into {village} on {day}. The villagers had cleared an old barn, which will be the permanent reading room.",
			"There are no more fines at {library}. Anyone who brings a book back late is asked instead, since {day}, to read a page or two aloud to whoever is in the children’s corner.",
		},
		details: []string{
			"02:Each desk on the upper floor has a lamp that can be dimmed. A glass room in the corner is the place for talking, recording and telephone calls.",
			"Last month’s favourite was {book}, an account of one ordinary year. Second came a picture book about bridges, borrowed mostly by adults.",
			"For readers who see little, volunteers have recorded stories in the local dialect. The one most asked for is about the ferry on the {river}.",
			"02:On Wednesdays a reader speaks about a book: so far a watchmaker, a bus driver and a tailor aged eighty-one. No professors are invited, though they may listen.",
			"1:The van calls at {8-14} villages a month. Its driver is also the librarian and repairs torn pages at the wheel, with the engine off.",
			"Shelves in the children’s corner are no higher than a child of six can reach. The floor is soft, and shoes stay at the door.",
		},
		quotes: []string{
			"“At home it is loud, here it is warm, and the walk back takes ten minutes,” said {person}, who is studying for an exam.",
			"“A book with bent corners has been loved,” said librarian {person2}.",
		},
		headings: []string{"Who reads at night", "Without fines"},
		list: []string{
			"02:This month",
			"Wednesday, 19:30: a reader and a book.",
			"Saturday, 10:00: stories for children from four to eight.",
			"Sunday, 14:00: mend your own book.",
		},
		closings: []string{
			"Membership is free, and {8-15} books may be borrowed at a time.",
			"May every lamp find its page. 📚",
		},
		captions: []string{"02:{library} at night.", "1:Children at the book van.", "A reader under a lamp."},
		tags:     []string{"library", "reading", "evening"},
	}
}

func enMuseum() story {
	return story{
		titles: []string{
			"{museum} opens by torchlight on {saturday}",
			"“{show}”: {n:60-240/10} household things go on display",
			"{kids:14-48/2} young guides take over {museum}",
			"Bring a torch: a night among the clocks at {museum}",
			"A needle box, an abacus, half a letter: “{show}”",
			"Ask the guide, she is nine: a visit to {museum}",
		},
		leads: []string{
			"On {saturday} {museum} will stay open until half past ten with its lights off. Each visitor is handed a small torch at the door and has to find the exhibits alone.",
			"“{show}” opened at {museum} on {day} with {n:60-240/10} objects never shown before. Half were given by residents of {city}: needle boxes, enamel mugs, an abacus, half a letter.",
			"After six weeks of training, {kids:14-48/2} pupils began work as guides at {museum} on {day}. They wrote their own texts; teachers were allowed to correct the spelling only.",
		},
		details: []string{
			"1:The rooms follow a single day: the stove at dawn, the schoolroom, the market, the landing at dusk and, last of all, an oil lamp. The walk takes about fifty minutes.",
			"One case has no glass. Shards, baskets and a loom may be touched, and adults tend to stay there longer than children.",
			"0:The high point of the night is the old clock. A guide turns the crank, the room falls silent, and then it strikes, slowly, as it has for a hundred years.",
			"1:The curators spent {5-14} months in the old streets and recorded {60-180/10} conversations. Lift the receiver beside a case and its owner tells you where the thing came from.",
			"2:Young guides fear questions and hope for them. Asked why a jar was crooked, one thought for a while and said that the potter had probably been happy that day.",
			"The shop sells a set of {6-12} rubber stamps that, put side by side, print the course of the {river}. By Sunday evening it is usually sold out.",
		},
		quotes: []string{
			"1:“Old things take up room at home, and here they make room,” said {person}, who gave a box of buttons.",
			"0:“When the light is off you notice that a museum has sounds,” said visitor {person2}.",
		},
		headings: []string{"A day in seven rooms", "By torchlight"},
		closings: []string{
			"Admission is free; night visits need a booking one day ahead.",
			"The museum is closed on Mondays.",
		},
		captions: []string{"1:Visitors at “{show}”.", "2:A young guide at work.", "0:{museum} after dark."},
		tags:     []string{"museum", "exhibition", "families"},
	}
}

func enExhibition() story {
	return story{
		titles: []string{
			"The street sweeper who paints sunrises shows at {gallery}",
			"“{show}”: {n:48-160/4} photographs of the {river} at {gallery}",
			"No jury, no prizes: children’s pictures fill {gallery}",
			"{years:12-26} years of mornings: watercolours at {gallery}",
		},
		leads: []string{
			"For {years:12-26} years {person} has swept {street} before dawn and painted what was there to see. On {day} the watercolours went up at {gallery}.",
			"“{show}” opened at {gallery} on {day}: pictures of the {river} in four seasons, most of them taken by people who do something else for a living.",
			"There is no jury, there are no prizes, and the frames hang low. On {day} {gallery} opened “{show}”, for which {80-260/10} children drew the place they call home.",
		},
		details: []string{
			"The labels read like notes left on a table. One says only: windy that day, my hat fell into the river.",
			"Most visitors stop longest in front of a small picture called Closing Time, in which two people share a baked sweet potato under a red umbrella.",
			"The gallery was a granary. Beams and round vents are still there, and in the afternoon a patch of sun walks across the floor as if it belonged to the show.",
			"A wall for comments held {300-900/20} slips of paper after a few days. Somebody drew a heron, and somebody wrote: I walk through this picture every morning.",
			"Free classes go with the exhibition: night scenes with a telephone, collage with old newspapers. Groups are kept to a dozen people.",
		},
		quotes: []string{
			"“I know nothing about composition,” one of the exhibitors said. “I only wanted to remember it.”",
			"“That is our balcony, and those are my grandmother’s onions,” explained {person2}, aged seven.",
		},
		headings: []string{"In the old granary", "What people stop for"},
		closings: []string{
			"Open Tuesday to Sunday, nine to five. Admission is free.",
			"Outside, the evening sun lies along {street}.",
		},
		captions: []string{"In the old granary.", "The wall for comments.", "Visitors in front of a small picture."},
		tags:     []string{"exhibition", "art", "free admission"},
	}
}

func enConcert() story {
	return story{
		titles: []string{
			"{troupe} to play in {park} on {saturday}",
			"Show number {n:46-128/2}: {troupe} comes to {village}",
			"At {age:66-82}, the newest member of {troupe}",
			"Bring a cushion: open-air music in {park}",
		},
		leads: []string{
			"{troupe} will give an open-air concert in {park} on Saturday, {saturday}, at half past seven. Entry is free, and listeners are asked to bring something to sit on.",
			"The benches in {village} were full before dark. On {day} {troupe} came with drums, costumes and a kettle, as it has come every year.",
			"{troupe} held its auditions on {day}. The youngest candidate is still at primary school, the oldest is {age:66-82}, and both were taken.",
		},
		details: []string{
			"The players are teachers, nurses, couriers and the owner of a bean curd shop. They rehearse on Wednesdays at {community}, and whoever is late makes the tea.",
			"Most of the props are home-made. One member sews the costumes, another re-skins the drums, and a broken umbrella became the frame of a shadow theatre.",
			"The best-loved song is about a ferryman and three generations of passengers. The old sing along, the young learn it, and nobody needs a sheet.",
			"Music ends at half past nine out of respect for the neighbours. Afterwards performers and audience collect the litter together.",
			"The accounts are simple: costumes come from a grant, tea from the audience, applause is free. Last year’s surplus was spent on strings.",
		},
		quotes: []string{
			"“On stage my back stops hurting,” said {person}.",
			"“My grandmother was up there, and I was more nervous than she was,” said {person2}.",
		},
		headings: []string{"Before the curtain", "Wednesday nights"},
		closings: []string{
			"In case of rain the concert moves to the next evening.",
			"New members are welcome, with or without a voice. 🎶",
		},
		captions: []string{"{troupe} on stage.", "The audience in the evening.", "Before the show."},
		tags:     []string{"music", "open air", "community"},
	}
}

func enCraft() story {
	return story{
		titles: []string{
			"{years:24-52} years of {craft}: a workshop on {street}",
			"Pupils at {school} try their hands at {craft}",
			"Old craft, new orders: {craft} finds young buyers in {city}",
			"What {person} keeps in a drawer: {tools:24-60/2} tools for {craft}",
		},
		leads: []string{
			"Ask for {craft} on {street} and people point to the last door. {person} has worked behind it for {years:24-52} years and, on {day}, took on another apprentice.",
			"On {day} the handicraft lesson at {school} had a new teacher: {person} came with a box of tools and showed the class the first step of {craft}.",
			"Lampshades, bags, a cover for a laptop: on {day} the workshop of {person} in {city} was busy with orders that nobody would have placed ten years ago.",
		},
		details: []string{
			"Choosing the material takes longest. It has to wait until it is dry, and then until it is not too dry, and whoever hurries will see the piece warp.",
			"One piece takes {18-46} steps. The hardest has no rule; you stop, the master says, when you no longer want to change anything.",
			"Half of the tools on the wall are home-made. One knife has been ground down to the length of a finger, and its handle is worn by three generations of thumbs.",
			"Design students suggested plainer patterns and smaller sizes. The result sold {600-2400/100} times in half a year, mostly to people under thirty.",
			"A series of {12-36} short films now records each step, so that the craft could be learned again even if one day nobody were left to teach it.",
		},
		quotes: []string{
			"“A craft is not afraid of being copied,” said {person}, “only of not being used.”",
			"“I came to get away from my phone and forgot where I had put it,” said {person2}, who took a weekend class.",
		},
		headings: []string{"Step by step", "New customers"},
		closings: []string{
			"The workshop door is open on most days.",
			"In the evening the shavings are swept up and kept to light the stove.",
		},
		captions: []string{"{person} at work.", "The wall of tools.", "A finished piece."},
		tags:     []string{"craft", "heritage", "people"},
	}
}
