package feed_test

import (
	"encoding/xml"
	"strings"
)

// node is an element of a document, strictly read.
type node struct {
	xml.Name
	attrs    []xml.Attr
	children []*node
	text     string
}

// parseXML reads a document into a tree.
func parseXML(doc string) (*node, error) {
	d := xml.NewDecoder(strings.NewReader(doc))
	open := []*node{{}}
	for {
		token, err := d.Token()
		if err != nil {
			if len(open) == 1 && len(open[0].children) == 1 {
				return open[0].children[0], nil
			}
			return nil, err
		}
		top := open[len(open)-1]
		switch token := token.(type) {
		case xml.StartElement:
			n := &node{Name: token.Name, attrs: token.Attr}
			top.children = append(top.children, n)
			open = append(open, n)
		case xml.EndElement:
			open = open[:len(open)-1]
		case xml.CharData:
			top.text += string(token)
		}
	}
}

// all returns the elements with the name below n, "dc:creator" or, of no
// extension, "title".
func (n *node) all(name string) (list []*node) {
	for _, c := range n.children {
		if c.short() == name {
			list = append(list, c)
		}
		list = append(list, c.all(name)...)
	}
	return list
}

// short is the name with the usual prefix of its namespace.
func (n *node) short() string {
	if prefix, ok := namespaces[n.Space]; ok {
		return prefix + n.Local
	}
	return n.Space + " " + n.Local
}

func (n *node) attr(name string) string {
	for _, a := range n.attrs {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

// namespaces are those that every reader and validator knows.
var namespaces = map[string]string{
	"": "", "http://www.w3.org/2005/Atom": "atom:", "http://purl.org/rss/1.0/modules/content/": "content:", "http://purl.org/dc/elements/1.1/": "dc:",
	"http://purl.org/dc/terms/": "dcterms:", "http://search.yahoo.com/mrss/": "media:", "http://purl.org/rss/1.0/modules/syndication/": "sy:",
}

func (n *node) allNodes() (list []*node) {
	for _, c := range n.children {
		list = append(append(list, c), c.allNodes()...)
	}
	return list
}
