package jobs

// WithParts returns the conductor with parts of so many pages, as tests have few
// articles.
func (c *Conductor) WithParts(pages int) *Conductor {
	c.partPages = pages
	return c
}
