package press

import (
	"bytes"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"time"

	"feedstation/internal/edition"
	"feedstation/internal/network"
	"feedstation/internal/pages"
)

// renewPages makes the pages again that show what feeds have lost, from the documents that
// are left. One that can't be made is left out.
func (w *withdrawal) renewPages() {
	channels := map[string]bool{}
	for path := range w.losses {
		if channel, _, ok := parseFeedPath(path); ok {
			channels[channel] = true
		}
	}
	for channel := range channels {
		path := network.PreviewPath(channel)
		if w.documents[path] == nil || channel == "" {
			continue
		}
		page, err := w.renewPreview(channel)
		if w.documents[path] = page; err != nil {
			delete(w.documents, path)
		}
	}
	if len(channels) == 0 || w.documents[network.DirectoryPath] == nil {
		return
	}
	remove := func() {
		maps.DeleteFunc(w.documents, func(path string, _ *edition.Document) bool { return network.IsDirectory(path) })
	}
	if remove(); w.renewDirectory() != nil {
		remove()
	}
}

func (w *withdrawal) renewPreview(id string) (*edition.Document, error) {
	rss := w.documents[network.FeedPath(id, network.RSS)]
	for _, channel := range w.station.Channels {
		if channel.ID != id || rss == nil {
			continue
		}
		items, err := writtenItems(w.documents[network.FeedPath(id, network.JSON)], pages.MaxItems)
		if err != nil {
			return nil, err
		}
		return w.preview(channel, items, figuresOf(rss), time.Time{})
	}
	return nil, errors.New("no such feed")
}

func (w *withdrawal) renewDirectory() error {
	var rows []pages.Feed
	for _, channel := range append([]network.Channel{{}}, w.station.Channels...) {
		row := pages.Feed{Channel: channel}
		if document := w.documents[network.FeedPath(channel.ID, network.JSON)]; document != nil {
			notices, err := w.noticesOf(channel.ID)
			if err != nil {
				return err
			}
			items, err := writtenItems(document, len(notices)+1)
			if err != nil {
				return err
			}
			row.Articles = document.Items()
			if i := slices.IndexFunc(items, func(it pages.Item) bool { return !notices[it.URL] }); i >= 0 {
				row.Newest = items[i]
			}
		}
		rows = append(rows, row)
	}
	return w.addDirectoryPages(rows, w.stations, time.Time{})
}

// noticesOf returns the addresses of the notices that a feed has.
func (w *withdrawal) noticesOf(channel string) (map[string]bool, error) {
	notices := map[string]bool{}
	contents := w.contents[network.FeedPath(channel, network.RSS)]
	if contents == nil {
		return nil, errors.New("no contents")
	}
	for a, err := range edition.Lines(contents) {
		if err != nil {
			return nil, err
		}
		if a.Notice {
			notices[a.Address] = true
		}
	}
	return notices, nil
}

// writtenItems returns the first items of a document in JSON Feed, at most n.
func writtenItems(document *edition.Document, n int) (items []pages.Item, err error) {
	if document == nil {
		return nil, errors.New("no JSON Feed")
	}
	body, err := document.Body()
	if err != nil {
		return nil, err
	}
	_, list, _ := bytes.Cut(body, []byte(`"items":`)) // which no text has: its quotes are escaped
	d := json.NewDecoder(bytes.NewReader(list))
	if _, err := d.Token(); err != nil { // the list's bracket
		return nil, err
	}
	for len(items) < n && d.More() {
		var item struct {
			URL       string    `json:"url"`
			Title     string    `json:"title"`
			Summary   string    `json:"summary"`
			Language  string    `json:"language"`
			Published time.Time `json:"date_published"`
			Modified  time.Time `json:"date_modified"`
		}
		if err := d.Decode(&item); err != nil {
			return nil, err
		}
		if item.Published.IsZero() {
			item.Published = item.Modified
		}
		items = append(items, pages.Item{URL: item.URL, Title: item.Title, Summary: item.Summary, Language: item.Language, Published: item.Published})
	}
	return items, nil
}
