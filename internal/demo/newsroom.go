package demo

import (
	"cmp"
	"iter"
	"slices"
	"strings"
	"time"

	"feedstation/internal/article"
	"feedstation/internal/network"
)

// newsroom hands the articles out to the stations.
type newsroom struct {
	zh, en *voice
	named  map[string]bool  // ids of channels that some topic names
	beats  map[string]*beat // by the channel's id
	desks  []*desk          // of the stations that are written for
	rare   []*desk          // of `all` stations beside others
}

// desk writes for one station.
type desk struct {
	station  *network.Station
	number   int // of the station in the network
	source   article.Source
	city     string // in Chinese
	cityEN   string
	beats    []*beat // one a channel; one without a channel when there is none
	previous string  // address of the last published article
}

// beat is what can be written for a channel.
type beat struct {
	channel string // "" when the station has none
	topics  map[*topic]bool
	zh, en  tellable
}

// tellable are the tales that can be told in each month.
type tellable [13][]*tale

// assignment is who writes an article and on what.
type assignment struct {
	desk *desk
	beat *beat
}

func newNewsroom(n *network.Network) *newsroom {
	r := &newsroom{zh: newChinese(), en: newEnglish(), named: map[string]bool{}, beats: map[string]*beat{}}
	for t := range r.tales() {
		for _, id := range t.topic.channels {
			r.named[id] = true
		}
	}
	for i, s := range n.Stations {
		d := r.newDesk(s, i)
		if s.All {
			r.rare = append(r.rare, d)
		} else {
			r.desks = append(r.desks, d)
		}
	}
	if len(r.desks) == 0 {
		r.desks, r.rare = r.rare, nil
	}
	for i, d := range r.rare {
		// The whole network's desk reports from one of its places.
		other := r.desks[i%len(r.desks)]
		d.city, d.cityEN = other.city, other.cityEN
	}
	return r
}

// tales yields those of both languages.
func (r *newsroom) tales() iter.Seq[*tale] {
	return func(yield func(*tale) bool) {
		for _, v := range []*voice{r.zh, r.en} {
			for i := range v.tales {
				if !yield(&v.tales[i]) {
					return
				}
			}
		}
	}
}

func (r *newsroom) newDesk(s *network.Station, number int) *desk {
	d := &desk{station: s, number: number, source: article.Source{Name: s.Name, URL: s.Address("/")}}
	d.city, d.cityEN = cities(s.Name)
	for _, c := range s.Channels {
		d.beats = append(d.beats, r.beat(c.ID))
	}
	if len(d.beats) == 0 {
		d.beats = []*beat{r.beat("")}
	}
	return d
}

// beat returns what can be written for the channel. A channel that no topic
// names is a general one, such as headlines: everything belongs there.
func (r *newsroom) beat(channel string) *beat {
	b := r.beats[channel]
	if b != nil {
		return b
	}
	b = &beat{channel: channel, topics: map[*topic]bool{}}
	for t := range r.tales() {
		if !r.named[channel] || slices.Contains(t.topic.channels, channel) {
			b.topics[t.topic] = true
		}
	}
	b.zh, b.en = b.tellable(r.zh), b.tellable(r.en)
	r.beats[channel] = b
	return b
}

// tellable sorts the beat's tales by month. A month that has none gets all of
// that month, whatever the topic.
func (b *beat) tellable(v *voice) tellable {
	var t tellable
	for month := time.January; month <= time.December; month++ {
		var others []*tale
		for i := range v.tales {
			switch tale := &v.tales[i]; {
			case !tale.months.has(month):
			case b.topics[tale.topic]:
				t[month] = append(t[month], tale)
			default:
				others = append(others, tale)
			}
		}
		if len(t[month]) == 0 {
			t[month] = others
		}
	}
	return t
}

// assign says who writes the article that so many others follow. Half of the
// articles go round all stations and their channels, so that each has some
// wherever one looks; chance gives the others to the first stations rather than
// to the last.
func (r *newsroom) assign(dice *dice, rank int) assignment {
	if rank%2 == 0 {
		turn := rank / 2
		d := r.desks[turn%len(r.desks)]
		return assignment{d, d.beats[turn/len(r.desks)%len(d.beats)]}
	}
	desks := r.desks
	if len(r.rare) > 0 && dice.within(20) {
		desks = r.rare
	}
	d := desks[min(dice.n(len(desks)), dice.n(len(desks)))]
	return assignment{d, d.beats[dice.n(len(d.beats))]}
}

// cities returns the name of a station's place in Chinese and in English.
func cities(station string) (zh, en string) {
	const here = "本地"
	if ascii(station) {
		en, _, _ = strings.Cut(station, " ")
		return here, cmp.Or(en, romanised(""))
	}
	zh = station
	for _, suffix := range []string{"新闻网", "新闻", "频道", "分站", "站", "网", "版"} {
		zh = strings.TrimSuffix(zh, suffix)
	}
	return cmp.Or(zh, here), romanised(zh)
}

func ascii(text string) bool {
	return !strings.ContainsFunc(text, func(r rune) bool { return r > 127 })
}

// romanised returns the English name of a city that networks like to have a
// station in, and words that fit any other.
func romanised(city string) string {
	switch city {
	case "长沙":
		return "Changsha"
	case "株洲":
		return "Zhuzhou"
	case "湘潭":
		return "Xiangtan"
	case "衡阳":
		return "Hengyang"
	case "邵阳":
		return "Shaoyang"
	case "岳阳":
		return "Yueyang"
	case "常德":
		return "Changde"
	case "张家界":
		return "Zhangjiajie"
	case "益阳":
		return "Yiyang"
	case "郴州":
		return "Chenzhou"
	case "永州":
		return "Yongzhou"
	case "怀化":
		return "Huaihua"
	case "娄底":
		return "Loudi"
	case "湘西":
		return "Xiangxi"
	}
	return "our city"
}
