-- The articles of a channel that has few: its newest are found by way of them.
CREATE INDEX article_channels_of_channel ON article_channels (channel, article_id);
