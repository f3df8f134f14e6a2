"""Speed, measured: how fast this machine trains, and where the seconds go."""
