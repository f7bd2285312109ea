package feed_test

import (
	"testing"
	"time"

	"feedstation/feed"
)

// FuzzFeed puts one string or its parts into every field.
func FuzzFeed(f *testing.F) {
	for _, s := range hostile() {
		f.Add(s, "湘潭", int64(1552267800), 640)
	}
	f.Fuzz(func(t *testing.T, s, other string, seconds int64, n int) {
		at := time.Unix(seconds, 0).In(shanghai)
		c := &draft{Feed: feed.Feed{
			Title: s, Description: other, Language: s, Rights: s, HomeURL: "https://xt.news.example/" + s,
			RSSURL: s, AtomURL: s, JSONURL: other, Author: s, Email: s, Icon: s, Logo: s, Updated: at,
			Generator: s, Comment: s, Hubs: []string{s, "https://" + other}, Current: feed.Addresses{RSS: s, Atom: other, JSON: s},
			PrevArchive: feed.Addresses{RSS: "https://" + s, Atom: "https://" + s, JSON: "https://" + other},
		}, Items: []feed.Item{
			{
				URL: "https://xt.news.example/1" + s, GUID: other, Title: s, Summary: other, Body: s,
				Authors: []string{s, other}, Publisher: other, Editor: s, Source: feed.Source{Name: s, URL: other},
				Published: at, Updated: at,
				Images:     []feed.Image{{URL: "https://" + s, Caption: s, Credit: other, Type: s, Width: n, Height: n, Bytes: int64(n)}},
				Enclosures: []feed.Enclosure{{URL: "http://" + s, Type: s, Title: s, Bytes: seconds, Seconds: n}},
				Categories: []feed.Category{{Term: s, Scheme: other, Label: s}},
				Tags:       []string{other, s},
				Language:   other, Rights: s, OriginalURL: s, NextURL: "https://" + s,
			},
			{URL: "https://xt.news.example/2", Title: other, Body: other, Publisher: s, Published: shanghaiEpoch()},
		}}
		if year := at.Year(); year < 1 || year > 9999 {
			c.Items = c.Items[1:]
		}
		checkChannel(t, "channel", c)
	})
}

func shanghaiEpoch() time.Time { return time.Unix(0, 0).In(shanghai) }
