SELECT count(*) FROM retain_help;
