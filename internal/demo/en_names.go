package demo

import "feedstation/internal/article"

// enBanks are the names that fill the slots of the English texts. All are
// invented; a namesake is a coincidence.
func enBanks() []bank {
	return []bank{
		{"person", people(enGivenNames(), " ", enSurnames())},
		{"street", []string{
			"Plane Tree Street", "Lantern Lane", "Old Ferry Road", "Millstone Lane", "Heron Street", "Red Brick Alley",
			"Pomegranate Lane", "Reed Flower Road", "Morning Bell Street", "Ginkgo Road", "Mulberry Row", "Half Slope Street",
			"Twin Brook Road", "White Pagoda Lane", "Rice Scent Road", "Quarry Street", "Harvest Road", "Cedar Road",
		}},
		{"river", []string{"Willow Brook", "Green Vine River", "Egret River", "Moon Creek", "Wild Goose River", "Paulownia River", "Reed Stream", "Barley Water"}},
		{"bridge", []string{"Moonview Bridge", "Egret Bridge", "Three Arches", "Old Ferry Bridge", "Willow Bridge", "Twin Brook Bridge"}},
		{"park", []string{"Egret Park", "Half Moon Lake Park", "Orchard Park", "Cedar Park", "Lotus Park", "North Slope Park", "Stone Bridge Wetland"}},
		{"community", []string{"Osmanthus Court", "Riverside Court", "Red Brick Court", "Wheatfield Court", "Millstone Court", "Twin Brook Court", "Platform Court"}},
		{"village", []string{"Bamboo Brook", "Plum Hollow", "Tea Terrace", "Willow Pond", "Yellow Mud Bay", "Great Camphor", "Wild Goose Rest", "Lotus Leaf Isle", "Rice Ridge", "Water Mill"}},
		{"school", []string{"White Egret Primary School", "Star Bridge Primary School", "Wheatfield Primary School", "Twin Brook Primary School", "Red Brick Lane Primary School", "Half Slope Primary School"}},
		{"middle", []string{"Maple Grove Middle School", "Riverview Middle School", "Cedar Middle School", "North Slope Middle School", "Clear Lake Middle School"}},
		{"hospital", []string{"Egret Isle Hospital", "Twin Brook Health Centre", "Cedar Hospital", "Spring Hospital", "Riverview Hospital"}},
		{"market", []string{"Bluestone Market", "Orchard Market", "Millstone Market", "East Ferry Market", "Osmanthus Market"}},
		{"library", []string{"Egret Isle Library", "White Pagoda Library", "Orange Lantern Reading Room", "Red Brick Library", "Riverside Library"}},
		{"museum", []string{"Old Wharf Museum", "Rice Museum", "Timber Museum", "River Lantern Museum", "Clock Museum"}},
		{"gallery", []string{"Granary Gallery", "White Pagoda Gallery", "Red Brick Art Space", "Clear Lake Gallery"}},
		{"shop", []string{"Ferry Noodles", "Tea & Time", "Three Bowls", "Moon & Millet Bakery", "The South Window", "Half a Bowl"}},
		{"kitchen", []string{"Three Bowls", "The South Window", "Half a Bowl", "Clay Pot Kitchen", "The Old Stove", "Salt & Ginger"}},
		{"company", []string{"Greenstalk Bamboo Works", "Clear River Umbrellas", "Egret Clocks", "Half Slope Pottery", "Twin Oar Boats", "Star Bridge Toys", "Dawn & Daughters Printing"}},
		{"craft", []string{"bamboo weaving", "paper cutting", "indigo printing", "rattan work", "shadow puppetry", "lacquer work"}},
		{"troupe", []string{"Riverside Choir", "Egret Youth Band", "Red Brick Ensemble", "Orange Lantern Singers", "Ferry Street Brass"}},
		{"team", []string{"Team Heron", "Team Flying Fish", "Team Twin Oar", "Team Cedar", "Team Millstone", "Team Early Bird"}},
		{"show", []string{"Light on Water", "A Tree in Four Seasons", "What Hands Remember", "Old Doors", "One Bowl, One Pair", "The Shape of Seeds"}},
		{"book", []string{"Seven Mornings by the River", "How to Mend an Umbrella", "A Star Map of the Rice Fields", "The Carpenter’s Clock", "A Slow Train to Spring"}},
	}
}

func enGivenNames() []string {
	return []string{
		"Mira", "Owen", "Lian", "Tessa", "Haoran", "Nora", "Jonah", "Suyin", "Petra", "Milo", "Anwen", "Kaito",
		"Ines", "Rufus", "Meilin", "Clara", "Tobin", "Xiaoman", "Edda", "Silas",
	}
}

func enSurnames() []string {
	return []string{
		"Tan", "Ferrow", "Lok", "Marsh", "Oyelin", "Pell", "Qin", "Rowntree", "Shu", "Tallis", "Umber", "Voss",
		"Wen", "Yarrow", "Zhu", "Alder", "Brook", "Cheng",
	}
}

// enOutlets are the invented outlets that stations take English articles from.
func enOutlets() []article.Source {
	return []article.Source{
		{Name: "The River Courier", URL: "https://river-courier.example"},
		{Name: "Delta Evening News", URL: "https://delta-evening.example"},
		{Name: "Hill & Valley Radio", URL: "https://hill-valley-radio.example"},
	}
}
