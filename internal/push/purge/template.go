package purge

import (
	"bytes"
	"encoding/json"
	"net/url"
	"regexp"
	"strings"
)

// Placeholders. The last three are lists, in JSON, and stand in a body alone.
const (
	urlName     = "url"     // the public address of the document
	hostName    = "host"    // of that, with a port that is not the usual one
	pathName    = "path"    // of that
	keyName     = "key"     // the document's surrogate key
	stationName = "station" // that of all documents of the station
	tokenName   = "token"
	urlsName    = "urls"
	pathsName   = "paths"
	keysName    = "keys"
)

var placeholder = regexp.MustCompile(`\{(url|host|path|key|station|token)\}`)

// listPlaceholder is filled after the others: no value of those is one.
var listPlaceholder = regexp.MustCompile(`\{(urls|paths|keys)\}`)

// fill puts values into a template. Escape gets what stands before the placeholder.
func fill(template string, values map[string]string, escape func(before, name, value string) string) string {
	var text strings.Builder
	done := 0
	for _, at := range placeholder.FindAllStringSubmatchIndex(template, -1) {
		name := template[at[2]:at[3]]
		text.WriteString(template[done:at[0]])
		text.WriteString(escape(template[:at[0]], name, values[name]))
		done = at[1]
	}
	return text.String() + template[done:]
}

// inAddress escapes a value as it must be there: not at the beginning, not a path where a
// path is.
func inAddress(before, name, value string) string {
	switch {
	case before == "":
		return value
	case strings.Contains(before, "?"):
		return url.QueryEscape(value)
	case name == pathName || name == hostName:
		return value
	}
	return url.PathEscape(value)
}

func plain(_, _, value string) string { return value }

func inForm(_, _, value string) string { return url.QueryEscape(value) }

// inJSON escapes what stands between quotation marks.
func inJSON(_, _, value string) string {
	quoted := encode(value)
	return quoted[1 : len(quoted)-1]
}

func encode(v any) string {
	var text bytes.Buffer
	e := json.NewEncoder(&text)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		panic(err) // they are strings
	}
	return strings.TrimSuffix(text.String(), "\n")
}

// listIn returns the name of the list in a body; empty: it has none.
func listIn(body string) string {
	if found := listPlaceholder.FindStringSubmatch(body); found != nil {
		return found[1]
	}
	return ""
}

func fillList(body string, list []string) string {
	return listPlaceholder.ReplaceAllLiteralString(body, encode(list))
}
