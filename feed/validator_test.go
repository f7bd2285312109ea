package feed_test

import (
	"fmt"
	"net/mail"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"
)

// A check lists what it finds wrong in a document.
type check func(root *node) []string

// every applies f to the elements of the names and collects its complaints.
func every(names string, f func(*node) string) check {
	return func(root *node) (faults []string) {
		for name := range strings.FieldsSeq(names) {
			for _, n := range root.all(name) {
				if fault := f(n); fault != "" {
					faults = append(faults, name+": "+fault)
				}
			}
		}
		return faults
	}
}

const (
	titles = "title atom:title"
	bodies = "content:encoded atom:content"
	items  = "item atom:entry"
)

func isContact(n *node) string {
	if _, err := mail.ParseAddress(strings.SplitN(n.text, " ", 2)[0]); err != nil {
		return fmt.Sprintf("%q has no e-mail address", n.text)
	}
	return ""
}

// notBoth complains of an item with two elements that mean the same.
func notBoth(pairs ...[2]string) check {
	return every(items, func(item *node) string {
		for _, pair := range pairs {
			if len(item.all(pair[0])) > 0 && len(item.all(pair[1])) > 0 {
				return pair[0] + " and " + pair[1]
			}
		}
		return ""
	})
}

// selfLink wants one link to the document itself, absolute.
func selfLink(root *node) []string {
	var self []string
	for _, n := range root.all("atom:link") {
		if n.attr("rel") == "self" {
			self = append(self, n.attr("href"))
		}
	}
	if len(self) != 1 {
		return []string{fmt.Sprintf("%d self links", len(self))}
	}
	format := map[string]string{"rss": "rss.xml", "atom:feed": "atom.xml"}[root.short()]
	if self[0] != "https://xt.news.example/moment/"+format {
		return []string{"self link " + self[0]}
	}
	return nil
}

// identity wants one guid or id for each item, an address, and none twice.
func identity(root *node) (faults []string) {
	seen := map[string]bool{}
	for _, item := range slices.Concat(root.all("item"), root.all("atom:entry")) {
		ids := slices.Concat(item.all("guid"), item.all("atom:id"))
		switch {
		case len(ids) != 1:
			faults = append(faults, fmt.Sprintf("%d identifiers", len(ids)))
			continue
		case ids[0].short() == "guid" && ids[0].attr("isPermaLink") != "true":
			faults = append(faults, "guid is no permalink")
		}
		if u, err := url.Parse(ids[0].text); err != nil || u.Host == "" {
			faults = append(faults, "identifier "+ids[0].text)
		}
		if seen[ids[0].text] {
			faults = append(faults, "twice: "+ids[0].text)
		}
		seen[ids[0].text] = true
	}
	return faults
}

func hasURL(n *node) string {
	if n.attr("url") == "" {
		return "no url"
	}
	return ""
}

var languageTag = regexp.MustCompile(`^[a-zA-Z]{2,8}(-[a-zA-Z0-9]{1,8})*$`)

func languages(root *node) []string {
	tags := []string{root.attr("lang")}
	for _, n := range slices.Concat(root.all("language"), root.all("dc:language")) {
		tags = append(tags, n.text)
	}
	for _, n := range root.all("atom:entry") {
		tags = append(tags, n.attr("lang"))
	}
	var faults []string
	for _, tag := range tags {
		if tag != "" && !languageTag.MatchString(tag) {
			faults = append(faults, tag)
		}
	}
	return faults
}

var uri = regexp.MustCompile(`^https?://[A-Za-z0-9._~:/?#@!$&'()*+,;=%-]+$`)

// addresses wants ASCII, absolute, wherever an address stands.
func addresses(root *node) (faults []string) {
	var visit func(n *node)
	visit = func(n *node) {
		values := []string{n.attr("href"), n.attr("url"), n.attr("domain"), n.attr("scheme")}
		switch n.short() {
		case "link", "guid", "url", "atom:id", "atom:icon", "atom:logo", "docs", "dcterms:isVersionOf", "dc:relation":
			values = append(values, n.text)
		}
		for _, v := range values {
			if v != "" && !uri.MatchString(v) {
				faults = append(faults, n.short()+": "+v)
			}
		}
		for _, c := range n.children {
			visit(c)
		}
	}
	visit(root)
	return faults
}

// characters complains of what is legal but damaged.
func characters(root *node) (faults []string) {
	visit := func(s string) {
		for _, r := range s {
			if r == 0xFFFD || 0x7F < r && r < 0xA0 {
				faults = append(faults, fmt.Sprintf("%U", r))
			}
		}
	}
	for _, n := range append(root.allNodes(), root) {
		visit(n.text)
		for _, a := range n.attrs {
			visit(a.Value)
		}
	}
	return faults
}

// filled wants text in the elements that must have one.
func filled(n *node) string {
	if strings.TrimSpace(n.text) == "" {
		return "empty"
	}
	return ""
}

// need wants an element in each item.
func need(names ...string) check {
	return every(items, func(item *node) string {
		for _, name := range names {
			space, _, _ := strings.Cut(item.short(), "entry")
			if strings.HasPrefix(name, "atom:") == (space == "atom:") && len(item.all(name)) == 0 {
				return "no " + name
			}
		}
		return ""
	})
}

const dates = "pubDate lastBuildDate atom:updated atom:published dcterms:modified"

// rfcDate wants a date in the format of its element, with a numeric zone.
func rfcDate(n *node) string {
	layout := time.RFC3339
	if n.short() == "pubDate" || n.short() == "lastBuildDate" {
		layout = time.RFC1123Z
	}
	if _, err := time.Parse(layout, n.text); err != nil {
		return err.Error()
	}
	return ""
}

var year = regexp.MustCompile(`\b(19[7-9]\d|20\d\d)\b`)

func plausible(n *node) string {
	if !year.MatchString(n.text) {
		return n.text
	}
	return ""
}

// channelImage wants the channel's own title and link, and a format that RSS
// knows.
func channelImage(root *node) (faults []string) {
	for _, channel := range root.all("channel") {
		for _, image := range channel.all("image") {
			if image.all("title")[0].text != channel.all("title")[0].text || image.all("link")[0].text != channel.all("link")[0].text {
				faults = append(faults, "title or link")
			}
			if !regexp.MustCompile(`\.(png|jpe?g|gif)$`).MatchString(strings.ToLower(image.all("url")[0].text)) {
				faults = append(faults, image.all("url")[0].text)
			}
		}
	}
	return faults
}

// order wants the first element before the second.
func order(first, second string) check {
	return every(items, func(item *node) string {
		place := func(name string) int {
			return slices.IndexFunc(item.children, func(n *node) bool { return n.short() == name })
		}
		if a, b := place(first), place(second); b >= 0 && a > b {
			return second + " comes first"
		}
		return ""
	})
}

func atMostOne(name string) check {
	return every(items, func(item *node) string {
		if n := len(item.all(name)); n > 1 {
			return fmt.Sprintf("%d of %s", n, name)
		}
		return ""
	})
}

func hasLanguage(root *node) []string {
	if root.attr("lang") == "" && len(root.all("language")) == 0 {
		return []string{"no language"}
	}
	return nil
}

func knownNamespaces(root *node) (faults []string) {
	for _, n := range append(root.allNodes(), root) {
		if _, ok := namespaces[n.Space]; !ok {
			faults = append(faults, n.Space)
		}
		for _, a := range n.attrs {
			if a.Name.Space == "xmlns" && namespaces[a.Value] == "" {
				faults = append(faults, a.Value)
			}
		}
	}
	return faults
}

func registeredRel(n *node) string {
	if !slices.Contains([]string{"alternate", "self", "via", "related", "enclosure", "next", "prev-archive", "license", "hub"}, n.attr("rel")) {
		return n.attr("rel")
	}
	return ""
}
