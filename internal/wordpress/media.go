package wordpress

import (
	"path"
	"strconv"
	"strings"
)

// figure returns a picture, or more of HTML, with a caption.
func figure(content, caption string) string {
	if caption != "" {
		caption = "<figcaption>" + caption + "</figcaption>"
	}
	return "<figure>" + content + caption + "</figure>"
}

// caption returns a picture with its caption, which is behind it or, in old
// posts, among the values.
func (r *renderer) caption(values map[string]string, content string) string {
	picture, about := content, values["caption"]
	if end := pictureEnd(content); about == "" && end > 0 {
		picture, about = content[:end], content[end:]
	}
	about = strings.TrimSpace(about)
	if strings.TrimSpace(picture) == "" {
		return about
	}
	return figure(r.shortcodes(picture), r.shortcodes(about))
}

// pictureEnd returns where the picture ends that HTML begins with: behind its
// tag, or behind the link around it; 0: there is none.
func pictureEnd(content string) int {
	z := scanner{s: content}
	linked, end := false, 0
	for {
		t, ok := z.token()
		switch {
		case !ok:
			return end
		case t.kind == text && strings.TrimSpace(t.s) != "":
			return end
		case t.kind == tag && t.name == "a":
			if linked = !t.end; t.end && end > 0 {
				return z.pos
			}
		case t.kind == tag && t.name == "img" && end == 0:
			if end = z.pos; !linked {
				return end
			}
		}
	}
}

// The values that may have a recording's address.
var (
	sounds = []string{"src", "mp3", "m4a", "ogg", "oga", "wav", "flac", "0"}
	films  = []string{"src", "mp4", "m4v", "webm", "ogv", "mov", "flv", "0"}
)

// recording returns a player, or a link to a film that is on a site of its own.
func recording(c code, values map[string]string, content string) string {
	tag, keys := "audio", sounds
	if c.how == video {
		tag, keys = "video", films
	}
	src := ""
	for _, key := range keys {
		if src = values[key]; src != "" {
			break
		}
	}
	if src == "" {
		return content
	}
	if tag == "video" && isAddress(src) && isPage(src) {
		return link(src, src)
	}
	s := "<" + tag + ` controls src="` + attribute(src) + `"`
	if poster := values["poster"]; poster != "" && tag == "video" {
		s += ` poster="` + attribute(poster) + `"`
	}
	return s + "></" + tag + ">" + content
}

// isPage reports whether what is at a film's address is a page that shows it.
func isPage(address string) bool {
	for _, host := range []string{"youtube.com/", "youtu.be/", "vimeo.com/"} {
		if strings.Contains(address, host) {
			return true
		}
	}
	return false
}

// ids returns the posts that a gallery or a playlist shows.
func (r *renderer) ids(values map[string]string) []int64 {
	named := false
	var ids []int64
	for _, key := range []string{"ids", "include"} {
		for word := range strings.FieldsFuncSeq(values[key], func(c rune) bool { return c == ',' || c == ' ' }) {
			named = true
			if id, err := strconv.ParseInt(word, 10, 64); err == nil {
				ids = append(ids, id)
			}
		}
		if named {
			return ids
		}
	}
	return r.Attached
}

// attachments returns what is known of the posts that a gallery or a playlist
// shows, of one kind of media; those that are not known are missing.
func (r *renderer) attachments(values map[string]string, media string) []Post {
	ids := r.ids(values)
	if len(ids) == 0 {
		r.missing++ // whether there are any is not known
	}
	var posts []Post
	for _, id := range ids {
		p, ok := r.post(id)
		switch {
		case !ok || p.URL == "":
			r.missing++
		case p.Type == "" || strings.HasPrefix(p.Type, media):
			posts = append(posts, p)
		}
	}
	return posts
}

func (r *renderer) post(id int64) (Post, bool) {
	if r.Post == nil {
		return Post{}, false
	}
	return r.Post(id)
}

func (r *renderer) gallery(values map[string]string) string {
	var b strings.Builder
	for _, p := range r.attachments(values, "image/") {
		picture := `<img src="` + attribute(p.URL) + `" alt="` + attribute(p.Alt) + `">`
		if values["link"] == "file" {
			picture = `<a href="` + attribute(p.URL) + `">` + picture + "</a>"
		}
		b.WriteString(figure(picture, strings.TrimSpace(p.Caption)))
	}
	return b.String()
}

func (r *renderer) playlist(values map[string]string) string {
	media := "audio/"
	if values["type"] == "video" {
		media = "video/"
	}
	var b strings.Builder
	for _, p := range r.attachments(values, media) {
		title := strings.TrimSpace(p.Title)
		if title == "" {
			title = path.Base(p.URL)
		}
		b.WriteString("<li>" + link(p.URL, title) + "</li>")
	}
	if b.Len() == 0 {
		return ""
	}
	return "<ol>" + b.String() + "</ol>"
}
