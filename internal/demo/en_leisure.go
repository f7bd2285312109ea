package demo

func enTech() topic {
	return topic{
		tag:      "science",
		channels: []string{"tech", "technology", "science"},
		stories:  []story{enMakers(), enField()},
	}
}

func enMakers() story {
	return story{
		titles: []string{
			"{n:12-48} machines to borrow by the hour in {community}",
			"At {age:63-81}, {person} prints a cup holder",
			"A shelf for failures at the workshop of {community}",
			"{person}, {age:63-81}, and a cup for an unsteady hand",
		},
		leads: []string{
			"An old garage in {community} became a workshop for everyone on {day}. {n:12-48} machines, from sewing machine to 3D printer, can be used by the hour after a short course.",
			"{person} is {age:63-81} and has just learned to use a 3D printer. The piece shown on {day} in {city} is a cup holder whose curve fits an unsteady hand.",
		},
		details: []string{
			"The rules are painted on the door: put it back, say what broke, teach one person before you leave.",
			"Material is paid by weight; a cup costs about {3-8} yuan. For pupils it is free, provided that they leave their failures behind.",
			"On the shelf of failures stand a chair with three legs, a silent mouth organ and a leaning tower whose maker says that it was meant to lean.",
			"Tasks come from life: goggles for couriers in the rain, a pill box that tells a blind man how many are left, a night lamp that frightens nobody.",
			"All drawings are free to copy. {company} has offered to make the first {100-500/50} pieces of the best design.",
		},
		quotes: []string{
			"“The machine listens better than my grandson,” said {person}.",
			"“At three in the morning we quarrelled, and then it worked,” said {person2}.",
		},
		headings: []string{"Light in the garage", "The shelf of failures"},
		closings: []string{
			"Open from six to ten in the evening, at weekends from nine.",
			"Layer by layer the printer moves, as if it were thinking.",
		},
		captions: []string{"The workshop in {community}.", "The shelf of failures.", "A first print."},
		tags:     []string{"makers", "workshop", "ideas"},
	}
}

func enField() story {
	return story{
		titles: []string{
			"{n:24-96/4} little boxes watch the rice at {village}",
			"Farmers at {village} walk {pct:30-60/5} per cent less",
			"A frog on the sensor: smart fields at {village}",
			"A gate opens in the night: water by telephone at {village}",
		},
		leads: []string{
			"{n:24-96/4} small boxes stand in the fields of {village} and measure water, warmth and salts. Since {day} every field has had a page of its own on the screen of the cooperative.",
			"A telephone hums in the night, someone in {village} taps it, and two kilometres away a gate opens. Since the gates were fitted, the cooperative said on {day}, farmers have walked {pct:30-60/5} per cent less.",
		},
		details: []string{
			"The boxes run on sunlight and are painted the colour of mud, so that they annoy neither the eye nor the buffalo.",
			"At first the old farmers went on walking. After three months the notes were compared, machine and feet differed by less than a centimetre, and they nodded.",
			"Water is given when it is needed, and {15-35} per cent is saved. There are more eels in the ditches too, though nobody had planned that.",
			"Data can be wrong. Once the level jumped by half a metre; on the sensor sat a frog.",
			"The village has also put shades on its lamps. It saves power, the fireflies are back, and on clear nights you can see the Milky Way.",
		},
		quotes: []string{
			"“The box sees well, but whether the rice is happy I must see myself,” said {person}.",
			"“It used to be a walk of two hours, and now it is a cup of tea,” said {person2}.",
		},
		headings: []string{"Talking fields", "A frog on the sensor"},
		closings: []string{
			"Orchard and pond are next.",
			"Wind over the rice, and one green blink. 🌾",
		},
		captions: []string{"A sensor in the rice.", "The screen of the cooperative.", "{village} in the evening."},
		tags:     []string{"farming", "sensors", "village life"},
	}
}

func enTravel() topic {
	return topic{
		tag:      "travel",
		channels: []string{"travel", "tourism", "life"},
		stories:  []story{enTrail(), enHomestay()},
	}
}

func enTrail() story {
	return story{
		titles: []string{
			"{km:6-18} kilometres of old salt road reopen between {village} and {village2}",
			"The guide with the empty sack: on foot to {village2}",
			"{n:300-2400/100} stones uncovered on the way to {village2}",
			"Three ridges and a cup of tea: the path from {village}",
		},
		leads: []string{
			"The old salt road from {village} to {village2} can be walked again. The {km:6-18} kilometres over three ridges, opened on {day}, take {3-6} hours and have shelters on the way.",
			"{person} guides walkers over the hills and always carries an empty sack, which is full when they come back. On {day} our reporter went along to {village2}.",
		},
		details: []string{
			"Salt and charcoal were once carried here, with a shelter every few miles where water and straw sandals were waiting. {3-7} shelters have been rebuilt, and the water jars are back.",
			"Missing stones were replaced with stones from the nearest stream. There is no mortar; they hold each other, and in the rain they are less slippery than concrete.",
			"Numbered posts with a call button stand where telephones fail. Walkers sign in at the start and sign out at the end.",
			"Small steps up, sideways down, and your litter in your own bag: three rules, and the guide has no more.",
			"Half-way up, a family sells tea and steamed cake. On the first weekend {60-200/10} pieces went, and the oven was lit a second time.",
		},
		quotes: []string{
			"“Feet polished these stones for centuries. Nothing walks better,” said {person2}.",
			"“The hill does not mind visitors who behave as if it were somebody’s home,” said {person}.",
		},
		headings: []string{"Stone by stone", "An empty sack"},
		list: []string{
			"Before you go",
			"Firm shoes and a litre and a half of water.",
			"Do not start after three in the afternoon.",
			"Stay on the path, pick nothing, light nothing.",
		},
		closings: []string{
			"The path is closed in thunderstorms and high wind.",
			"After the last ridge there is smoke from a kitchen. 🥾",
		},
		captions: []string{"The old salt road.", "A hoof print in stone.", "Rest in a shelter."},
		tags:     []string{"hiking", "old roads", "countryside"},
	}
}

func enHomestay() story {
	return story{
		titles: []string{
			"A granary with {n:5-18} beds: staying in {village}",
			"No television, one stove: a weekend in {village}",
			"Hosts in {village} agree not to cut trees or corners",
			"{n:5-18} lamps in a granary in {village}",
			"How to light a fire, taught in {village}",
		},
		leads: []string{
			"The old granary of {village} took in its first guests on {day}. {n:5-18} rooms were made from grain bins and drying sheds; sums in chalk are still on the walls.",
			"There is no television and no hurry. On {day} {person}, who lets rooms in {village}, showed guests from the city how to light a stove with three pine needles.",
			"The {8-26} guest houses of {village} signed a pact on {day}: no felling of old trees, no pulling down of old walls, no poaching of each other’s guests.",
		},
		details: []string{
			"The hardest part was the noise. The builders put a layer of reeds inside the clay walls; it swallows sound and keeps the winter out.",
			"Breakfast is whatever you find in the hen house. One boy waited half an hour and reported that the speckled hen had been watching him.",
			"A night costs {160-420/20} yuan, of which the village keeps a tenth for paths, lamps and toilets. The book lies in the hall for anyone to read.",
			"Once a month the hosts cook for one another and say what is wrong: your towels are thin, your dog is rude, my porridge should be thicker.",
			"In the quiet season rooms are let to people who write or paint. One of them finished a novel here and changed only one letter of the village’s name.",
		},
		quotes: []string{
			"“They come for the quiet, so we had better keep it,” said {person}.",
			"“Lighting that stove made me prouder than my last promotion,” said {person2}.",
		},
		headings: []string{"In the granary", "The pact"},
		closings: []string{
			"The village can be reached by bus {b:11-88}; call before the last one leaves.",
			"At night you hear the last ember crack.",
		},
		captions: []string{"The granary.", "Lighting the stove.", "Morning in {village}."},
		tags:     []string{"homestay", "countryside", "weekend"},
	}
}

func enFood() topic {
	return topic{
		tag:      "food",
		channels: []string{"food", "life", "culture", "travel"},
		stories:  []story{enNoodles(), enSoup()},
	}
}

func enNoodles() story {
	return story{
		titles: []string{
			"{bowls:120-360/20} bowls a day and not one more, on {street}",
			"Round or flat? The noodle question in {city}",
			"{years:15-46} years at one pot: rice noodles on {street}",
			"A street breakfast on {street}, one shutter at a time",
		},
		leads: []string{
			"The noodle shop on {street} has no menu. At six in the morning of {day} {person} lifted the lid, as on every morning for {years:15-46} years; after {bowls:120-360/20} bowls the shop will close.",
			"Should rice noodles be round or flat? On {day} our reporter asked along {street} in {city} and learned that it is a question on which families may differ.",
		},
		details: []string{
			"The rice must be old. It is soaked overnight, ground, steamed and pressed; new rice sticks and breaks.",
			"The broth is made of pork bones and a hen and simmers until dawn. The pickled beans come from a jar in the back yard.",
			"There are twelve stools. Whoever comes later eats outside, squatting on the kerb, driver next to manager, and nobody is taller than anybody else.",
			"Round noodles take their time, flat ones want to be eaten at once. If you are in a hurry, order flat, the master says; if you have something on your mind, round.",
			"A bowl costs {6-9} yuan and has done so for {3-9} years. When a customer paid too much, the owner ran half a street to give it back.",
		},
		quotes: []string{
			"“Look at the bottom of the bowl. If you can see it, the soup was good,” said {person}.",
			"“When I come home from a journey, this is the first thing I do,” said {person2}.",
		},
		headings: []string{"The pot", "Round and flat"},
		closings: []string{
			"Open from six until the pot is empty.",
			"An empty bowl, a warm forehead, and the day may begin. 🍜",
		},
		captions: []string{"A bowl on {street}.", "Lifting the lid.", "Breakfast on the kerb."},
		tags:     []string{"noodles", "breakfast", "street food"},
	}
}

func enSoup() story {
	return story{
		months: in(9, 10, 11, 12, 1, 2, 3),
		titles: []string{
			"Lotus root soup, as {kitchen} makes it",
			"Waist-deep in mud: the lotus diggers of {village}",
			"{h:3-6} hours on a small fire: a recipe from {kitchen}",
			"{person} bends down {k:2-6},000 times a day for a soup",
		},
		leads: []string{
			"The clay pot had not been moved for {h:3-6} hours. On {day} the cook of {kitchen} lifted the lid and showed us what tender means: a chopstick was enough.",
			"The water is icy, and {person} stands in it up to the waist. On {day} the first lotus roots of the season were dug in {village}, each of them by hand.",
		},
		details: []string{
			"A jet of water loosens the mud, and the rest is done by touch. The joints tell which way the root has grown; a broken one fills with mud and is worth little.",
			"For soup, ask for the short, yellowish, heavy kind. The long white one is crisp and belongs in the pan.",
			"Blanch the ribs, then fry them until they smell good. Cut the root at an angle and leave it in salt for a while.",
			"Add all the water at once, hot. Whoever tops it up later, the cook says, starts again from nothing. Salt comes last.",
			"Doctors suggest skimming the fat and letting the soup cool until the lip no longer objects.",
		},
		quotes: []string{
			"“In the mud all roots look alike,” said {person}. “You have to wash them to know.”",
			"“After a bowl of this the sun is on my back,” said {person2}.",
		},
		headings: []string{"In the mud", "On the fire"},
		list: []string{
			"For four",
			"One kilogram of lotus root, floury kind.",
			"{500-700/100} grams of pork ribs.",
			"A piece of ginger, crushed, and a dozen white peppercorns.",
			"Two and a half litres of hot water.",
			"Two and a half hours on a small fire; salt at the end.",
		},
		closings: []string{
			"Readers are invited to send in their own winter recipes.",
			"The lid is dancing, and the window has misted over. 🍲",
		},
		captions: []string{"Digging lotus in {village}.", "The clay pot.", "A bowl of lotus root soup."},
		tags:     []string{"recipe", "soup", "seasonal food"},
	}
}
