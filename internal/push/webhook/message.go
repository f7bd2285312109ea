package webhook

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"feedstation/internal/edition"
	"feedstation/internal/network"
	"feedstation/internal/push"
)

// message is the body of a request.
type message struct {
	Type     string    `json:"type"`
	Station  string    `json:"station"`
	Edition  time.Time `json:"edition"` // the snapshot that had the changes first
	Articles []item    `json:"articles"`
}

// item is an article. What is not known of it is absent; of one that is gone that is most.
type item struct {
	ID     string `json:"id"`
	URL    string `json:"url"`
	Status Event  `json:"status"`
	fields
	Channels  []string `json:"channels,omitempty"` // in whose feeds it is
	Published string   `json:"published"`
	Updated   string   `json:"updated,omitempty"`
}

// fields are what JSON feeds have of an article.
type fields struct {
	Title    string          `json:"title,omitempty"`
	Summary  string          `json:"summary,omitempty"`
	Image    string          `json:"image,omitempty"`
	Language string          `json:"language,omitempty"`
	Authors  json.RawMessage `json:"authors,omitempty"`
	Tags     []string        `json:"tags,omitempty"`
}

// details are what the served edition has of an article.
type details struct {
	fields
	channels []string
}

func (m message) encode() (string, error) {
	var text bytes.Buffer
	e := json.NewEncoder(&text)
	e.SetEscapeHTML(false)
	if err := e.Encode(m); err != nil {
		return "", err
	}
	return strings.TrimSuffix(text.String(), "\n"), nil
}

func describe(station *network.Station, n push.Notice, known details) item {
	zone := cmp.Or(station.Zone, time.UTC)
	it := item{ID: n.ID, URL: n.Address, Status: Changed, Published: n.Published.In(zone).Format(time.RFC3339)}
	switch {
	case n.Gone:
		it.Status = Gone
		return it
	case n.New:
		it.Status = Published
	}
	it.fields, it.Channels = known.fields, known.channels
	if seconds, err := strconv.ParseInt(n.Version, 10, 64); err == nil { // as push.Version has it
		it.Updated = time.Unix(seconds, 0).In(zone).Format(time.RFC3339)
	}
	return it
}

// lookUp returns what the feeds of a served edition have of articles, by id.
func lookUp(station *network.Station, served *edition.Edition, notices []push.Notice) (map[string]details, error) {
	known := map[string]details{}
	wanted := map[string]bool{}
	for _, n := range notices {
		wanted[n.ID] = !n.Gone
	}
	for _, channel := range append([]network.Channel{{}}, station.Channels...) {
		contents, ok := served.Contents(network.FeedPath(channel.ID, network.RSS))
		if !ok {
			continue
		}
		named := map[string]string{} // ids by what the feed calls the articles
		for a, err := range edition.Articles(contents) {
			if err != nil {
				return nil, err
			}
			if !wanted[a.ID] {
				continue
			}
			d, ok := known[a.ID]
			if !ok {
				named[a.KnownBy()] = a.ID
			}
			if channel.ID != "" {
				d.channels = append(d.channels, channel.ID)
			}
			known[a.ID] = d
		}
		if err := read(served, network.FeedPath(channel.ID, network.JSON), named, known); err != nil {
			return nil, err
		}
	}
	return known, nil
}

// read reads the articles that are named from the JSON feed at a path.
func read(served *edition.Edition, path string, named map[string]string, known map[string]details) error {
	document, ok := served.Document(path)
	if !ok || len(named) == 0 {
		return nil
	}
	body, err := document.Body()
	if err != nil {
		return err
	}
	var feed struct {
		Items []struct {
			ID string `json:"id"`
			fields
		} `json:"items"`
	}
	if err := json.Unmarshal(body, &feed); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	for _, it := range feed.Items {
		if id, ok := named[it.ID]; ok {
			d := known[id]
			d.fields = it.fields
			known[id] = d
		}
	}
	return nil
}
