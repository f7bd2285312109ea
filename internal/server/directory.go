package server

import (
	"fmt"
	"strings"

	"feedstation/internal/edition"
	"feedstation/internal/network"
	"feedstation/internal/pages"
)

// directory returns what the shared hosts have at /{station}/, by station: the addresses
// of its documents there, and those for the public; and by path the pages that list all
// stations.
func directory(n *network.Network) map[string]*edition.Document {
	all := map[string]*edition.Document{}
	note := func(id, title string, rows [][2]string) {
		var text strings.Builder
		text.WriteString(title + "\n\n")
		width := 0
		for _, row := range rows {
			width = max(width, len(row[0]))
		}
		for _, row := range rows {
			fmt.Fprintf(&text, "%-*s  %s\n", width, row[0], row[1])
		}
		all[id] = edition.NewDocument("text/plain; charset=utf-8", []byte(text.String()), edition.Epoch)
	}
	for _, s := range n.Stations {
		var rows [][2]string
		for path := range s.Paths() {
			rows = append(rows, [2]string{"/" + s.ID + path, s.Address(path)})
		}
		note(s.ID, s.Name, rows)
	}
	for i, page := range pages.Stations(n) {
		all[network.StationsPage(i+1)] = edition.NewDocument(pages.Type, page, edition.Epoch)
	}
	return all
}
