package content

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"feedstation/internal/article"
	"feedstation/internal/wordpress"
)

// WordPress says that bodies are what WordPress keeps in its table, of which it
// makes HTML when it shows them.
type WordPress struct {
	// Shortcodes are those that plugins of the site register.
	Shortcodes []string
	// Parts is the name of a third relation, with what bodies show of other posts:
	// reusable blocks and attachments; empty: that is left out. Its columns are
	// partColumns.
	Parts string
}

// partColumns are those of the relation of parts: station and id as WordPress
// numbers posts, the post that an attachment belongs to and its place there, the
// text of a block, and of an attachment its file and what is said of it.
func partColumns() []wanted {
	texts, numbers := []kind{textKind}, []kind{numberKind}
	return []wanted{
		{"station", true, []kind{textKind, numberKind, uuidKind}},
		{"id", true, numbers},
		{"parent", true, numbers},
		{"position", true, numbers},
		{"body", true, texts},
		{"url", true, texts},
		{"type", true, texts},
		{"title", true, texts},
		{"caption", true, texts},
		{"alt", true, texts},
	}
}

// parts are what is known of other posts of a station.
type parts struct {
	posts    map[int64]wordpress.Post
	attached map[int64][]int64 // ids of attachments, by their posts'
}

// complete makes articles what readers see of them: one without a title has the
// beginning of its text.
func (s *Snapshot) complete(ctx context.Context, articles []article.Article) error {
	if s.store.wordpress != nil {
		if err := s.show(ctx, articles); err != nil {
			return fmt.Errorf("content: parts of posts: %w", s.explain(s.failed(err)))
		}
	}
	for i := range articles {
		if a := &articles[i]; article.IsBlank(a.Title) {
			a.Title = article.Beginning(a.Summary, a.Body)
		}
	}
	return s.unlink(ctx, articles)
}

// show makes the bodies of articles HTML.
func (s *Snapshot) show(ctx context.Context, articles []article.Article) error {
	byStation := map[string][]*article.Article{}
	for i := range articles {
		byStation[articles[i].Station] = append(byStation[articles[i].Station], &articles[i])
	}
	for _, station := range slices.Sorted(maps.Keys(byStation)) {
		known, err := s.partsOf(ctx, station, byStation[station])
		if err != nil {
			return err
		}
		for _, a := range byStation[station] {
			if missing := s.showBody(a, known); missing > 0 {
				s.note(article.RowError{ID: a.ID, Column: "body", Kept: true, Err: fmt.Errorf("reusable blocks or galleries that are not known: %d", missing)})
			}
		}
	}
	return nil
}

func (s *Snapshot) showBody(a *article.Article, known parts) (missing int) {
	o := wordpress.Options{Shortcodes: s.store.wordpress.Shortcodes, Attached: known.attached[postID(a)]}
	o.Post = func(id int64) (wordpress.Post, bool) { p, ok := known.posts[id]; return p, ok }
	a.Body, missing = wordpress.Render(a.Body, o)
	return missing
}

// postID returns the number that WordPress has for an article: the digits at the end
// of its id, which may begin with the number of a site.
func postID(a *article.Article) int64 {
	i := len(a.ID)
	for i > 0 && '0' <= a.ID[i-1] && a.ID[i-1] <= '9' {
		i--
	}
	id, err := strconv.ParseInt(a.ID[i:], 10, 64)
	if err != nil {
		return 0
	}
	return id
}

// maxRounds is how deep reusable blocks are looked up inside of each other.
const maxRounds = 8

// partsOf reads what the bodies of a station's articles show of other posts.
func (s *Snapshot) partsOf(ctx context.Context, station string, articles []*article.Article) (parts, error) {
	known := parts{posts: map[int64]wordpress.Post{}, attached: map[int64][]int64{}}
	if s.catalog.partsFrom == "" {
		return known, nil
	}
	asked := map[int64]bool{}
	var ids, parents []int64
	want := func(body string) (attached bool) {
		named, attached := wordpress.Needs(body)
		for _, id := range named {
			if !asked[id] {
				asked[id] = true
				ids = append(ids, id)
			}
		}
		return attached
	}
	for _, a := range articles {
		if want(a.Body) && postID(a) > 0 {
			parents = append(parents, postID(a))
		}
	}
	if err := s.readParts(ctx, station, "parent", parents, known, nil); err != nil {
		return known, err
	}
	for range maxRounds {
		now := ids
		ids = nil
		if err := s.readParts(ctx, station, "id", now, known, func(body string) { want(body) }); err != nil {
			return known, err
		}
	}
	return known, nil
}

// partsAtOnce is how many parts one statement asks for.
const partsAtOnce = 500

// readParts adds the parts of which a column has one of some numbers.
func (s *Snapshot) readParts(ctx context.Context, station, column string, numbers []int64, into parts, each func(body string)) error {
	for some := range slices.Chunk(numbers, partsAtOnce) {
		if err := s.readSomeParts(ctx, s.partsWhere(station, column, some), into, each); err != nil {
			return err
		}
	}
	return nil
}

func (s *Snapshot) partsWhere(station, column string, numbers []int64) *statement {
	q, c := s.query(), s.catalog
	q.add("SELECT ", s.dialect.whole("p.id"), ", ", s.dialect.whole("p.parent"))
	for _, name := range []string{"body", "url", "type", "title", "caption", "alt"} {
		text := s.dialect.text(c.parts.columns[name])
		q.add(fmt.Sprintf(", CASE WHEN octet_length(%s) <= %d THEN %s END", text, maxText, text))
	}
	list := make([]string, len(numbers))
	for i, n := range numbers {
		list[i] = strconv.FormatInt(n, 10)
	}
	q.add(" FROM ", c.partsFrom, " WHERE ", s.dialect.keyIs(q, c.parts.columns["station"], s.store.network.StationKey(station)),
		" AND p.", column, " IN (", strings.Join(list, ", "), ") ORDER BY p.parent, p.position, p.id")
	return q
}

func (s *Snapshot) readSomeParts(ctx context.Context, q *statement, into parts, each func(body string)) error {
	rows, err := s.ask(ctx, q)
	if err != nil {
		return err
	}
	defer rows.close()
	r := s.row(8)
	for rows.next() {
		if err := r.scan(rows.Rows); err != nil {
			return err
		}
		id, parent := r.integer("id"), r.integer("parent")
		p := wordpress.Post{
			Content: r.text("body"), URL: r.text("url"), Type: r.text("type"), Title: r.text("title"), Caption: r.text("caption"), Alt: r.text("alt"),
		}
		if r.fault != nil {
			continue // it is not known
		}
		into.posts[id] = p
		if each == nil {
			into.attached[parent] = append(into.attached[parent], id)
		} else if p.URL == "" {
			each(p.Content)
		}
	}
	return rows.err()
}
